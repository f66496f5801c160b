add_executable(split_bench ${CMAKE_CURRENT_LIST_DIR}/split_bench.cpp)
target_link_libraries(split_bench PRIVATE merlin_cluster)
