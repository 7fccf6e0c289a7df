# A module is a folder under src/: its *.cc become one static library, its *_test.cc one test program.
#   weft_module(base/codec DEPS weft_core PRIVATE_DEPS PkgConfig::fyaml)
# The library is weft_<module> (layer left out, slashes as underscores), the test program <library>_test. What only tests use
# stands in *_fixture.{h,cc}: no program but a test links those, and a test links them of every module before its own.
# FOLDERS are folders of the module, whose files are its own: weft_module(io/engine/wasmtime FOLDERS compile call).
# FOR_SIZE is for modules off the way of a call: what ships has them small rather than fast.
# DEPS are those its headers show; PRIVATE_DEPS those only its sources use; TEST_DEPS those only its tests use.
function(weft_module path)
  cmake_parse_arguments(MODULE "FOR_SIZE" "" "FOLDERS;DEPS;PRIVATE_DEPS;TEST_DEPS" ${ARGN})
  string(REGEX REPLACE "^[a-z]+/(.*)$" "\\1" module "${path}")
  string(REPLACE "/" "_" module "${module}")
  set(library "weft_${module}")
  set(folder "${CMAKE_SOURCE_DIR}/src/${path}")
  list(TRANSFORM MODULE_FOLDERS PREPEND "${folder}/")
  set(patterns "${folder}" ${MODULE_FOLDERS})
  list(TRANSFORM patterns APPEND "/*_test.cc" OUTPUT_VARIABLE test_patterns)
  list(TRANSFORM patterns APPEND "/*.[ch]*")
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources INCLUDE REGEX "\\.(cc|h)$")
  file(GLOB tests CONFIGURE_DEPENDS ${test_patterns})
  list(REMOVE_ITEM sources ${tests} "${folder}/main.cc")
  set(fixtures ${sources})
  list(FILTER fixtures INCLUDE REGEX "_fixture\\.cc$")
  list(REMOVE_ITEM sources ${fixtures})
  set(implementation ${sources})
  list(FILTER implementation INCLUDE REGEX "\\.cc$")

  if(implementation)
    add_library(${library} STATIC ${sources})
    target_include_directories(${library} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_compile_options(${library} PRIVATE -Wglobal-constructors)
    target_link_libraries(${library} PUBLIC ${MODULE_DEPS} PRIVATE ${MODULE_PRIVATE_DEPS})
    if(MODULE_FOR_SIZE)
      target_compile_options(${library} PRIVATE "$<$<CONFIG:Release>:-Os>")
    endif()
    weft_precompile_headers(${library})
  else()
    add_library(${library} INTERFACE)
    target_include_directories(${library} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${library} INTERFACE ${MODULE_DEPS})
  endif()

  if(fixtures)
    add_library(${library}_fixture STATIC ${fixtures})
    target_link_libraries(${library}_fixture PUBLIC ${library} ${MODULE_PRIVATE_DEPS})
    set_property(GLOBAL APPEND PROPERTY weft_fixtures ${library}_fixture)
  endif()
  get_property(all_fixtures GLOBAL PROPERTY weft_fixtures)

  if(tests)
    add_executable(${library}_test ${tests})
    target_link_libraries(${library}_test PRIVATE ${library} ${all_fixtures} ${MODULE_TEST_DEPS} ${MODULE_PRIVATE_DEPS} GTest::gmock
      GTest::gtest GTest::gtest_main)
    target_compile_definitions(${library}_test PRIVATE WEFT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${module} COMMAND ${library}_test --gtest_brief=1)
    set_tests_properties(${module} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()

# weft_precompile_headers(<library>): with WEFT_PRECOMPILED_HEADERS it shares the precompiled header of weft_core, which every
# module may include. Sources still include what they use: the other presets do without.
function(weft_precompile_headers library)
  if(NOT WEFT_PRECOMPILED_HEADERS)
    return()
  endif()
  # Without the time of the headers in it, ccache knows the same file again.
  target_compile_options(${library} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  if(library STREQUAL "weft_core")
    target_precompile_headers(${library} PRIVATE <algorithm> <array> <chrono> <coroutine> <expected> <functional> <map>
      <memory> <optional> <span> <string> <string_view> <utility> <vector> <fmt/format.h>)
  else()
    target_precompile_headers(${library} REUSE_FROM weft_core)
  endif()
endfunction()
