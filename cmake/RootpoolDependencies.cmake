# Every library that rootpool is built on; why each is there stands in docs/dependencies.md.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# Debian's SystemC brings no CMake package. It is built as C++17 and its API-version symbol carries that number, so C++20 users
# say which one to link with (SC_CPLUSPLUS).
find_path(ROOTPOOL_SYSTEMC_INCLUDE_DIR systemc REQUIRED)
find_library(ROOTPOOL_SYSTEMC_LIBRARY systemc REQUIRED)
if(NOT TARGET rootpool_systemc)
  add_library(rootpool_systemc INTERFACE IMPORTED GLOBAL)
  target_include_directories(rootpool_systemc SYSTEM INTERFACE ${ROOTPOOL_SYSTEMC_INCLUDE_DIR})
  target_link_libraries(rootpool_systemc INTERFACE ${ROOTPOOL_SYSTEMC_LIBRARY})
  target_compile_definitions(rootpool_systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
  add_library(rootpool::systemc ALIAS rootpool_systemc)
endif()
