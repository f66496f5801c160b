# Precompiled headers: the standard library and the third-party headers that many files include. No header of ours is among
# them, and each file still includes what it uses: -DMERLIN_PCH=OFF builds without them.
#
# A precompiled header fits only code that is compiled in the same way, so there is one for the libraries (-fPIC) and one
# for the test programs (-fPIE, with Boost.Test). ccache needs sloppiness=pch_defines,time_macros to store what uses them.

option(MERLIN_PCH "precompile the standard and third-party headers" ON)

# What most files include, and no more: a large file of precompiled headers costs each compilation time to load
# (nlohmann/json doubles that, and few use it), and <iomanip> brings names that argument-dependent lookup finds.
set(merlin_library_headers
  <algorithm> <array> <charconv> <chrono> <deque> <functional> <map> <memory> <optional> <set> <span> <string>
  <string_view> <unordered_map> <variant> <vector> <fmt/format.h>)
set(merlin_test_headers ${merlin_library_headers} <boost/test/unit_test.hpp>)

# Coverage of the libraries is what guides the fuzzer. clang wants it in the precompiled headers as well; the tests do without.
function(merlin_fuzzed name kind)
  if(MERLIN_FUZZ AND kind STREQUAL library)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# What is tested is in the libraries, as optimized as in a release. The tests themselves are not: the macros of Boost.Test take
# 2.6 times as long to compile with -O1 as without, and no test is long.
function(merlin_unoptimized_test name)
  target_compile_options(${name} PRIVATE -O0)
endfunction()

# A target that nothing links: it compiles the headers for those that name it.
function(merlin_precompiled_target kind)
  set(name merlin_${kind}_pch)
  add_library(${name} OBJECT ${PROJECT_SOURCE_DIR}/packaging/cmake/precompiled.cpp)
  merlin_fuzzed(${name} ${kind})
  target_link_libraries(${name} PRIVATE merlin_options)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Otherwise ccache stores nothing that uses the result: it holds the time.
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

if(MERLIN_PCH)
  merlin_precompiled_target(library ${merlin_library_headers})
  target_compile_options(merlin_library_pch PRIVATE ${merlin_hardening})
  if(MERLIN_TESTS)
    merlin_precompiled_target(test ${merlin_test_headers})
    target_compile_definitions(merlin_test_pch PRIVATE BOOST_TEST_DYN_LINK)
    target_compile_options(merlin_test_pch PRIVATE -fPIE)
    merlin_unoptimized_test(merlin_test_pch)
  endif()
endif()

# merlin_precompiled(NAME library|test) lets a target use the precompiled headers of that kind
function(merlin_precompiled name kind)
  merlin_fuzzed(${name} ${kind})
  if(MERLIN_PCH)
    target_precompile_headers(${name} REUSE_FROM merlin_${kind}_pch)
  endif()
endfunction()
