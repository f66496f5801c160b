#include "shared/config/load.hpp"

#include "shared/config/tree.hpp"
#include "shared/config/validate.hpp"

namespace merlin::config {
namespace {

LoadResult finish(Tree tree, Sources& sources) {
  LoadResult result;
  for (const File& file : tree.files) result.files.push_back(file.path);
  Validated validated = validate(tree, sources);
  result.errors = validated.problems.take();
  result.warnings = std::move(validated.warnings);
  if (result.errors.empty()) result.config = std::move(validated.config);
  return result;
}

}  // namespace

LoadResult load_file(const std::string& path, Sources& sources) { return finish(read_tree(path, sources), sources); }

LoadResult load_text(std::string_view text, const std::string& file_name, Sources& sources) {
  return finish(read_tree_from_text(text, file_name, sources), sources);
}

}  // namespace merlin::config
