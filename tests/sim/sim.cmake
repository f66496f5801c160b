# The simulator: N nodes of shared/cluster in one process. One program is the real thing; the mutants are the same
# sources with one rule broken on purpose, and each must be caught.
set(sim_world
  core.cpp core_checks.cpp core_doubt.cpp core_notify.cpp core_operators.cpp fault_log.cpp journal_judge.cpp judge.cpp judge_agreement.cpp link_faults.cpp network.cpp notification_judge.cpp
  operator_judge.cpp passive_judge.cpp plan.cpp plan_faults.cpp plan_traffic.cpp server.cpp server_core.cpp story.cpp world.cpp)
list(TRANSFORM sim_world PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

# The module's own memory of what is not yet safe, and its doubts, are under test here too.
merlin_library(merlin_sim ${sim_world} ${PROJECT_SOURCE_DIR}/module/operator_writes.cpp ${PROJECT_SOURCE_DIR}/module/stall_guard.cpp LINK merlin_cluster)
target_include_directories(merlin_sim PUBLIC ${CMAKE_CURRENT_LIST_DIR}/.. ${PROJECT_SOURCE_DIR})

# The same in the real program and in all mutants.
add_library(sim_main OBJECT ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(sim_main PUBLIC merlin_sim)
add_executable(sim $<TARGET_OBJECTS:sim_main>)
target_link_libraries(sim PRIVATE merlin_sim)
add_test(NAME sim_seeds COMMAND sim --seeds 1..500)
add_test(NAME sim_more_seeds COMMAND sim --seeds 501..1000)
add_test(NAME sim_seeds_many_nodes COMMAND sim --seeds 1..60 --nodes 7)
add_test(NAME sim_saved_seeds COMMAND sim --seeds-from ${CMAKE_CURRENT_LIST_DIR}/seeds.txt)
# It failed once: who does not notify ran a service that the runner of its host does not know.
add_test(NAME sim_saved_seed_many_nodes COMMAND sim --seed 153 --nodes 7)
# It failed once: a module refused to tell of what had just moved away, and that was taken for the word of its filters.
add_test(NAME sim_saved_seed_two_nodes COMMAND sim --seed 1091 --nodes 2)
set_tests_properties(sim_seeds sim_more_seeds sim_seeds_many_nodes sim_saved_seeds sim_saved_seed_many_nodes sim_saved_seed_two_nodes PROPERTIES LABELS sim TIMEOUT 600)

# sim_mutant(NAME source... [SEEDS A..B]) the simulator with that rule broken: these sources ask for it. They stand before the library, so
# their versions in it are not linked.
function(sim_mutant name)
  if(MERLIN_SANITIZE)
    return() # a broken rule is no more broken under a sanitizer
  endif()
  cmake_parse_arguments(arg "" "SEEDS" "" ${ARGN})
  if(NOT arg_SEEDS)
    set(arg_SEEDS 1..200)
  endif()
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND ${PROJECT_SOURCE_DIR}/)
  add_executable(sim_${name} $<TARGET_OBJECTS:sim_main> ${arg_UNPARSED_ARGUMENTS})
  target_compile_definitions(sim_${name} PRIVATE MERLIN_MUTANT=${name})
  target_link_libraries(sim_${name} PRIVATE merlin_sim)
  add_test(NAME sim_catches_${name} COMMAND sim_${name} --seeds ${arg_SEEDS} --expect-failure)
  set_tests_properties(sim_catches_${name} PROPERTIES LABELS sim)
endfunction()

sim_mutant(local_weights shared/cluster/node_settle.cpp shared/cluster/ownership.cpp)
sim_mutant(stamped_by_clock shared/cluster/core_side.cpp)
sim_mutant(modulo shared/cluster/ownership.cpp)
sim_mutant(no_yield shared/cluster/ownership.cpp)
sim_mutant(answer_at_once shared/cluster/node_liveness.cpp)
sim_mutant(grant_outliving shared/cluster/notification_voter.cpp shared/cluster/notification_asker.cpp tests/sim/core_notify.cpp SEEDS 300..700)
sim_mutant(number_not_put_back tests/sim/core_notify.cpp SEEDS 300..700)
sim_mutant(acknowledged_early shared/cluster/saver.cpp SEEDS 500..800)
sim_mutant(no_fsync tests/sim/server.cpp)
sim_mutant(no_deduplication shared/cluster/forwarding.cpp shared/cluster/node_peers.cpp)
sim_mutant(overtaking shared/cluster/forwarding.cpp)
sim_mutant(forgets_forwarded shared/cluster/forwarding.cpp)
sim_mutant(no_window shared/cluster/replication.cpp)
sim_mutant(notify_on_sync tests/sim/core.cpp)
sim_mutant(replayed tests/sim/core.cpp)
sim_mutant(events_said_early shared/cluster/journal.cpp)

# The rule of notifications by itself, harder than a whole cluster ever makes it.
set(notification_sources notification_asker.cpp notification_voter.cpp)
list(TRANSFORM notification_sources PREPEND ${PROJECT_SOURCE_DIR}/shared/cluster/)
add_executable(sim_asking ${CMAKE_CURRENT_LIST_DIR}/asking.cpp)
target_link_libraries(sim_asking PRIVATE merlin_sim)
add_test(NAME sim_asking COMMAND sim_asking --seeds 1..2000)
set_tests_properties(sim_asking PROPERTIES LABELS sim)
if(NOT MERLIN_SANITIZE)
  foreach(mutant grant_without_memory grant_outliving no_void)
    add_executable(sim_asking_${mutant} ${CMAKE_CURRENT_LIST_DIR}/asking.cpp ${notification_sources})
    target_compile_definitions(sim_asking_${mutant} PRIVATE MERLIN_MUTANT=${mutant})
    target_link_libraries(sim_asking_${mutant} PRIVATE merlin_sim)
    add_test(NAME sim_asking_catches_${mutant} COMMAND sim_asking_${mutant} --seeds 1..2000 --expect-failure)
    set_tests_properties(sim_asking_catches_${mutant} PROPERTIES LABELS sim)
  endforeach()
endif()
