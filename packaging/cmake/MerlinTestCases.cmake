# ctest knows each case of a Boost.Test program: after a program has been linked, this script asks it for its cases and writes
# them as tests NAME/SUITE/CASE into a file that ctest includes. A case of BOOST_DATA_TEST_CASE is one test with all its samples.
#
#   cmake -DNAME=… -DPROGRAM=… -DFILE=… [-DLABELS=…] -P MerlinTestCases.cmake
#
# A program takes about 4 ms to start (gcc, without sanitizers), so a process of its own for each of 1000 cases costs 4 s.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  option(MERLIN_TEST_CASES "ctest knows each case of the test programs instead of the programs" OFF)

  # merlin_test_cases(NAME LABELS) instead of add_test
  function(merlin_test_cases name labels)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cmake)
    add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${file} VERBATIM
      COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DPROGRAM=$<TARGET_FILE:${name}> -DFILE=${file} "-DLABELS=${labels}"
        -P ${PROJECT_SOURCE_DIR}/packaging/cmake/MerlinTestCases.cmake)
    # A program that has not been built is a test that fails.
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake CONTENT
      "if(EXISTS \"${file}\")\n  include(\"${file}\")\nelse()\n  add_test(${name} \"$<TARGET_FILE:${name}>\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake)
  endfunction()
  return()
endif()

set(ENV{ASAN_OPTIONS} detect_leaks=0) # only the list matters here
execute_process(COMMAND ${PROGRAM} --list_content=HRF OUTPUT_VARIABLE listed ERROR_VARIABLE listed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} --list_content: ${status}\n${listed}")
endif()
# A line is the indented name, a star, and perhaps a colon and a description.
string(REGEX REPLACE "\\*?(:[^\n]*)?\n" ";" lines "${listed}")

set(tests "")
set(count 0)
set(path "")         # the names above the line at hand, and itself
set(depth -1)
# Adds what `path` names. It is known to be a case when the next line is not below it.
macro(add_case)
  list(JOIN path "/" case)
  math(EXPR count "${count} + 1")
  string(APPEND tests "add_test([==[${NAME}/${case}]==] [==[${PROGRAM}]==] [==[--run_test=${case}]==])\n")
  # What a precondition of a case prints, as DiskCanBeMade does. Boost.Test ends with 0 if the only case is skipped.
  string(APPEND tests "set_tests_properties([==[${NAME}/${case}]==] PROPERTIES SKIP_REGULAR_EXPRESSION \"(^|\n)skipped: needs \")\n")
  if(LABELS)
    string(APPEND tests "set_tests_properties([==[${NAME}/${case}]==] PROPERTIES LABELS [==[${LABELS}]==])\n")
  endif()
endmacro()
foreach(line IN LISTS lines)
  string(STRIP "${line}" word)
  if(word STREQUAL "" OR word MATCHES "^_[0-9]+$")
    continue() # or a sample of the case above
  endif()
  string(FIND "${line}" "${word}" blanks)
  math(EXPR here "${blanks} / 4")
  if(depth GREATER_EQUAL here)
    add_case()
  endif()
  list(SUBLIST path 0 ${here} path)
  list(APPEND path "${word}")
  set(depth ${here})
endforeach()
if(depth EQUAL -1)
  message(FATAL_ERROR "${PROGRAM} lists no cases:\n${listed}")
endif()
add_case()
file(WRITE ${FILE} "${tests}")
message(VERBOSE "${NAME}: ${count} cases")
