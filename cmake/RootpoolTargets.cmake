# Functions that every CMakeLists.txt of rootpool uses to declare what it builds.

set(ROOTPOOL_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                      -Woverloaded-virtual -Werror)

add_library(rootpool_build_flags INTERFACE)
target_compile_options(rootpool_build_flags INTERFACE ${ROOTPOOL_WARNINGS})
if(ROOTPOOL_SANITIZE)
  target_compile_options(rootpool_build_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                        -fno-omit-frame-pointer)
  target_link_options(rootpool_build_flags INTERFACE -fsanitize=address,undefined)
endif()

# What a TLP passes on its way lies in several libraries. With ROOTPOOL_LTO, programs that say rootpool_optimize_whole() inline it across
# those that are declared TLP_PATH, further than GCC does by itself; all others link the machine code that the objects hold, too, in no time.
# So much inlined, GCC 12 warns of paths that nothing can take (its PR 105651).
if(ROOTPOOL_LTO AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(ROOTPOOL_INLINING --param=early-inlining-insns=100 --param=max-inline-insns-auto=300 --param=inline-unit-growth=200
                        -Wno-restrict -Wno-stringop-overflow)
  set(ROOTPOOL_TLP_PATH_FLAGS -flto=auto -ffat-lto-objects ${ROOTPOOL_INLINING})
  target_link_options(rootpool_build_flags INTERFACE $<IF:$<BOOL:$<TARGET_PROPERTY:ROOTPOOL_OPTIMIZE_WHOLE>>,-flto=auto;-flto-partition=one,-fno-lto>)
endif()
function(rootpool_optimize_whole target)
  set_target_properties(${target} PROPERTIES ROOTPOOL_OPTIMIZE_WHOLE ON)
  target_compile_options(${target} PRIVATE ${ROOTPOOL_TLP_PATH_FLAGS})
  target_link_options(${target} PRIVATE ${ROOTPOOL_INLINING})
endfunction()

# rootpool_library(<area> [TLP_PATH] SOURCES ... DEPENDS ...): static library rootpool_<area> of plain C++, alias rootpool::<area>.
function(rootpool_library area)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "TLP_PATH" "" "SOURCES;DEPENDS")
  add_library(rootpool_${area} STATIC ${ARG_SOURCES})
  add_library(rootpool::${area} ALIAS rootpool_${area})
  set_target_properties(rootpool_${area} PROPERTIES EXPORT_NAME ${area})
  target_compile_features(rootpool_${area} PUBLIC cxx_std_20)
  target_include_directories(rootpool_${area} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(rootpool_${area} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(rootpool_${area} PUBLIC ${ARG_DEPENDS} PRIVATE $<BUILD_INTERFACE:rootpool_build_flags>)
  if(ARG_TLP_PATH)
    target_compile_options(rootpool_${area} PRIVATE ${ROOTPOOL_TLP_PATH_FLAGS})
  endif()
  set_property(GLOBAL APPEND PROPERTY ROOTPOOL_LIBRARIES rootpool_${area})
endfunction()

# rootpool_model_library(<area> [TLP_PATH] SOURCES ... DEPENDS ...): static library rootpool_models_<area> of SystemC modules. With
# ROOTPOOL_UNITY compiled as one, so that what a TLP passes on its way is inlined across files.
function(rootpool_model_library area)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "TLP_PATH" "" "SOURCES;DEPENDS")
  add_library(rootpool_models_${area} STATIC ${ARG_SOURCES})
  add_library(rootpool::models_${area} ALIAS rootpool_models_${area})
  set_target_properties(rootpool_models_${area} PROPERTIES EXPORT_NAME models_${area} UNITY_BUILD ${ROOTPOOL_UNITY}
                                                           UNITY_BUILD_BATCH_SIZE 0)
  target_compile_features(rootpool_models_${area} PUBLIC cxx_std_20)
  target_include_directories(rootpool_models_${area} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/rootpool-models>)
  target_link_libraries(rootpool_models_${area} PUBLIC ${ARG_DEPENDS} rootpool_systemc
                                                PRIVATE $<BUILD_INTERFACE:rootpool_build_flags>)
  if(ARG_TLP_PATH)
    target_compile_options(rootpool_models_${area} PRIVATE ${ROOTPOOL_TLP_PATH_FLAGS})
  endif()
  set_property(GLOBAL APPEND PROPERTY ROOTPOOL_LIBRARIES rootpool_models_${area})
endfunction()

# rootpool_test(<name> LABEL <label> [PLAIN] [TIMEOUT s] SOURCES ... DEPENDS ...): one GoogleTest executable, one ctest entry per
# executable. Unit tests, and others that are declared PLAIN, are plain C++; all else (label model, twin) are SystemC tests, which
# bring their own sc_main through rootpool::systemc_test_main.
function(rootpool_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PLAIN" "LABEL;TIMEOUT" "SOURCES;DEPENDS")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} rootpool_build_flags)
  if(ARG_PLAIN OR ARG_LABEL STREQUAL "unit")
    target_link_libraries(${name} PRIVATE GTest::gmock_main)
  else()
    target_link_libraries(${name} PRIVATE GTest::gmock rootpool_systemc_test_main)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
