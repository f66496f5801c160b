# How every target of the project is compiled: warnings are errors, assertions stay on.

add_library(merlin_options INTERFACE)
target_compile_options(merlin_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wconversion -Wno-sign-conversion -fno-omit-frame-pointer
  # gcc 12 reports these in its own headers when it inlines std::variant and std::string
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>
  # collecting garbage at gcc's small default costs more time than the memory is worth (in KB)
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=524288>)
target_compile_definitions(merlin_options INTERFACE MERLIN_VERSION="${PROJECT_VERSION}")
target_include_directories(merlin_options INTERFACE ${PROJECT_SOURCE_DIR})
if(MERLIN_SANITIZE)
  target_compile_options(merlin_options INTERFACE -fsanitize=${MERLIN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(merlin_options INTERFACE -fsanitize=${MERLIN_SANITIZE})
endif()
if(MERLIN_COVERAGE)
  target_compile_options(merlin_options INTERFACE --coverage)
  target_link_options(merlin_options INTERFACE --coverage)
endif()

# Of programs and module, not of the tests: a write beyond a buffer or a changed return address ends the process. Sanitizers find more.
option(MERLIN_HARDEN "compile the programs and the module with the protections of Debian's own packages" OFF)
if(MERLIN_HARDEN AND NOT MERLIN_SANITIZE AND NOT MERLIN_COVERAGE)
  set(merlin_hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
    list(APPEND merlin_hardening -fcf-protection)
  endif()
endif()

# merlin_program(TARGET) a program or module that is installed: it resolves its symbols at the start, so that their table is read-only
function(merlin_program name)
  target_compile_options(${name} PRIVATE ${merlin_hardening})
  target_link_options(${name} PRIVATE -Wl,-z,relro,-z,now)
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/MerlinPrecompiled.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/MerlinTestCases.cmake)
if(MERLIN_PCH)
  # gcc does not know any more that these come from its own headers
  target_compile_options(merlin_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>)
endif()

# For a build that is made once, such as scripts/demo's or that of a sanitizer: several files of one folder are compiled at once. Their
# headers are read and their templates instantiated once a group, which saves most of the time. Names in anonymous namespaces
# must differ within a folder.
option(MERLIN_UNITY "compile several files of a folder at once" OFF)
set(merlin_unity_size 8)  # files at once: more save little, and need memory

# To be called when all sources of the library are known.
function(merlin_unity_groups name)
  get_target_property(sources ${name} SOURCES)
  get_target_property(home ${name} SOURCE_DIR)
  foreach(source IN LISTS sources)
    get_filename_component(source ${source} ABSOLUTE BASE_DIR ${home})
    get_filename_component(folder ${source} DIRECTORY)
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${folder})  # the same names in each clone, for ccache
    string(MAKE_C_IDENTIFIER "${folder}" group)
    math(EXPR count_${group} "${count_${group}} + 1")
    math(EXPR batch "(${count_${group}} - 1) / ${merlin_unity_size}")
    set_source_files_properties(${source} TARGET_DIRECTORY ${name} PROPERTIES UNITY_GROUP "${group}_${batch}")
  endforeach()
endfunction()

# merlin_library(NAME source... [LINK library...]) a static library from shared/
function(merlin_library name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC merlin_options ${arg_LINK})
  target_compile_options(${name} PRIVATE ${merlin_hardening})
  merlin_precompiled(${name} library)
  if(MERLIN_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${PROJECT_SOURCE_DIR}]] CALL merlin_unity_groups ${name})")
  endif()
endfunction()

# merlin_test(NAME source... [LINK library...] [LABELS label] [DEFINES NAME=value...] [DEPENDS target...])
# One Boost.Test program, known to ctest by its name, or by the name of each case (MERLIN_TEST_CASES). With MERLIN_UNITY there is one
# program for all tests whose names begin with one of these words, such as cluster_tests, since linking takes longer than the tests.
# Private names of these files must differ.
set(merlin_unity_tests cluster codec config module net wire)
function(merlin_test name)
  cmake_parse_arguments(arg "" "" "LINK;LABELS;DEFINES;DEPENDS" ${ARGN})
  set(program ${name})
  string(REGEX MATCH "^[a-z]+" area ${name})
  set(is_unity OFF)
  if(MERLIN_UNITY AND area IN_LIST merlin_unity_tests)
    set(is_unity ON)
    set(program ${area})
    if(arg_LABELS AND NOT arg_LABELS STREQUAL unit)
      string(APPEND program _${arg_LABELS})
    endif()
    string(APPEND program _tests)
  endif()
  if(NOT TARGET ${program})
    add_executable(${program} $<TARGET_OBJECTS:merlin_test_main>)
    target_compile_definitions(${program} PRIVATE BOOST_TEST_DYN_LINK MERLIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${program} PRIVATE merlin_options boost_unit_test_framework)
    merlin_precompiled(${program} test)
    merlin_unoptimized_test(${program})
    if(is_unity)
      set_target_properties(${program} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${merlin_unity_size})
      # gcc takes the fixtures in anonymous namespaces for those of a header
      target_compile_options(${program} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    endif()
    if(MERLIN_TEST_CASES)
      merlin_test_cases(${program} "${arg_LABELS}")
    else()
      add_test(NAME ${program} COMMAND ${program})
      if(arg_LABELS)
        set_tests_properties(${program} PROPERTIES LABELS "${arg_LABELS}")
      endif()
    endif()
  endif()
  target_sources(${program} PRIVATE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${program} PRIVATE ${arg_LINK})
  target_compile_definitions(${program} PRIVATE ${arg_DEFINES})
  if(arg_DEPENDS)
    add_dependencies(${program} ${arg_DEPENDS})
  endif()
endfunction()
