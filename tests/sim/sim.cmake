# The simulator: N nodes of shared/cluster in one process. One program is the real thing; the mutants are the same
# sources with one rule broken on purpose, and each must be caught.
set(sim_world world.cpp judge.cpp server.cpp core.cpp network.cpp plan.cpp story.cpp)
list(TRANSFORM sim_world PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

merlin_library(merlin_sim ${sim_world} LINK merlin_cluster)
target_include_directories(merlin_sim PUBLIC ${CMAKE_CURRENT_LIST_DIR}/..)

add_executable(sim ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(sim PRIVATE merlin_sim)
add_test(NAME sim_seeds COMMAND sim --seeds 1..1000)
add_test(NAME sim_seeds_many_nodes COMMAND sim --seeds 1..100 --nodes 7)
add_test(NAME sim_saved_seeds COMMAND sim --seeds-from ${CMAKE_CURRENT_LIST_DIR}/seeds.txt)
set_tests_properties(sim_seeds sim_seeds_many_nodes sim_saved_seeds PROPERTIES LABELS sim TIMEOUT 600)

get_target_property(cluster_sources merlin_cluster SOURCES)
get_target_property(cluster_folder merlin_cluster SOURCE_DIR)
list(TRANSFORM cluster_sources PREPEND ${cluster_folder}/)
foreach(mutant local_weights stamped_by_clock modulo no_yield)
  add_executable(sim_${mutant} ${CMAKE_CURRENT_LIST_DIR}/main.cpp ${sim_world} ${cluster_sources})
  target_include_directories(sim_${mutant} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/..)
  target_compile_definitions(sim_${mutant} PRIVATE MERLIN_MUTANT=${mutant})
  target_link_libraries(sim_${mutant} PRIVATE merlin_wire merlin_base)
  add_test(NAME sim_catches_${mutant} COMMAND sim_${mutant} --seeds 1..100 --expect-failure)
  set_tests_properties(sim_catches_${mutant} PROPERTIES LABELS sim)
endforeach()
