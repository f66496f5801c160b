# How every target of the project is compiled: warnings are errors, assertions stay on.

add_library(merlin_options INTERFACE)
target_compile_options(merlin_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wconversion -Wno-sign-conversion -fno-omit-frame-pointer
  # gcc 12 reports these in its own headers when it inlines std::variant and std::string
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow>)
target_compile_definitions(merlin_options INTERFACE MERLIN_VERSION="${PROJECT_VERSION}")
target_include_directories(merlin_options INTERFACE ${PROJECT_SOURCE_DIR}/shared)
if(MERLIN_SANITIZE)
  target_compile_options(merlin_options INTERFACE -fsanitize=${MERLIN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(merlin_options INTERFACE -fsanitize=${MERLIN_SANITIZE})
endif()
if(MERLIN_COVERAGE)
  target_compile_options(merlin_options INTERFACE --coverage)
  target_link_options(merlin_options INTERFACE --coverage)
endif()

# merlin_library(NAME source... [LINK library...]) a static library from shared/
function(merlin_library name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC merlin_options ${arg_LINK})
endfunction()

# merlin_test(NAME source... [LINK library...]) one Boost.Test program, known to ctest by its name
function(merlin_test name)
  cmake_parse_arguments(arg "" "" "LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK BOOST_TEST_MODULE=${name}
    MERLIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE merlin_options ${arg_LINK} boost_unit_test_framework)
  add_test(NAME ${name} COMMAND ${name})
  if(arg_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()
