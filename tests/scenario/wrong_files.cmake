cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/refuse.cmake)
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

file(WRITE ${FOLDER}/empty.yaml "")
refuse(${FOLDER}/empty.yaml "the script is empty")

string(REPEAT "[" 10000000 brackets)
file(WRITE ${FOLDER}/large.yaml "${brackets}")
refuse(${FOLDER}/large.yaml "the script is larger than 1048576 bytes")

string(REPEAT "- " 100000 dashes)
file(WRITE ${FOLDER}/deep.yaml "${dashes}")
refuse(${FOLDER}/deep.yaml "nested deeper than 32 levels")

refuse(${FOLDER} "it is a folder")
refuse(${FOLDER}/missing.yaml "is neither a file nor a built-in scenario")

execute_process(COMMAND ${CMAKE_COMMAND} -E tar cf archive.yaml empty.yaml WORKING_DIRECTORY ${FOLDER}) # full of NUL bytes
refuse(${FOLDER}/archive.yaml "not a text file")
