# What every target of countd shares: the language, the warnings, the sanitizers, and one
# function that makes a folder a library.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(COUNTD_TESTS "build the tests" ON)
option(COUNTD_FUZZ "build the fuzz targets (clang only)" OFF)
option(COUNTD_UNITY_TESTS "compile the sources of tests several at once" ON)
set(COUNTD_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fno-omit-frame-pointer)
endif()
if(COUNTD_SANITIZE)
  add_compile_options(-fsanitize=${COUNTD_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${COUNTD_SANITIZE})
  set(CMAKE_UNITY_BUILD ON)  # as for tests, see tests/CMakeLists.txt
  if(COUNTD_SANITIZE MATCHES "thread")
    # g++ 12's thread sanitizer does not model stand-alone fences.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    add_compile_options(-Wno-tsan)
  endif()
endif()

# countd_library(NAME SOURCES... LINK libraries...): one folder, one library, target countd_NAME.
function(countd_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(countd_${name} STATIC ${ARG_SOURCES})
  target_include_directories(countd_${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(countd_${name} PUBLIC ${ARG_LINK})
endfunction()
