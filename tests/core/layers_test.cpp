// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace tests::layers_test {

namespace {

namespace fs = std::filesystem;

// What each room may include, besides itself. An arrow that is not here fails.
const std::map<std::string, std::set<std::string>> allowed{
    {"core/base", {}},
    {"core/spec", {"core/base"}},
    {"core/events", {"core/base", "core/spec"}},
    {"core/store", {"core/base", "core/spec", "core/events"}},
    {"core/debug", {"core/base", "core/spec", "core/events"}},
    {"core/tune", {"core/base", "core/spec", "core/events"}},
    {"core/jobs", {"core/base", "core/spec", "core/events", "core/tune"}},
    {"core/report", {"core/base", "core/spec", "core/events", "core/store", "core/debug"}},
    {"core/tensor", {"core/base", "core/spec"}},
    {"core/cuda", {"core/tensor"}},
    {"core/data", {"core/base", "core/spec", "core/tensor"}},
    {"core/model", {"core/base", "core/spec", "core/store", "core/tensor", "core/data"}},
    {"core/train",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/tensor", "core/data", "core/model"}},
    {"core/session",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/report", "core/tune", "core/jobs",
      "core/tensor", "core/data", "core/model", "core/train"}},
    {"ui/style", {}},
    {"ui/plots", {"core/base", "core/events", "ui/style"}},
    {"ui/print", {"core/base", "core/report", "ui/style"}},
    {"ui/models",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/tune", "core/jobs", "core/data",
      "core/session", "ui/plots", "ui/style"}},
    {"ui/bridge",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/report", "core/tune", "core/jobs",
      "core/data", "core/model", "core/session", "ui/models", "ui/plots", "ui/print"}},
    {"ui/forms", {"core/base", "core/spec", "core/session", "ui/style", "ui/bridge", "ui/models"}},
    {"ui/pages",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/tune", "core/jobs", "core/data",
      "core/model", "core/session", "ui/style", "ui/plots", "ui/models", "ui/bridge", "ui/forms"}},
    {"ui/shell",
     {"core/base", "core/spec", "core/events", "core/store", "core/debug", "core/data", "core/model", "core/session",
      "ui/style", "ui/plots", "ui/models", "ui/bridge", "ui/forms", "ui/pages"}},
};

// Rooms whose headers the window and the programs include: none of them may reach tensors.
const std::set<std::string> tierZeroHeaders{"core/base",   "core/spec", "core/events", "core/store",  "core/debug",
                                            "core/report", "core/tune", "core/jobs",   "core/session"};

std::string roomOf(const std::string& path)
{
    const auto first = path.find('/');
    const auto second = path.find('/', first + 1);
    return path.substr(0, second);
}

std::vector<std::string> includesOf(const fs::path& file)
{
    static const std::regex pattern(R"re(^\s*#\s*include\s*["<]([^">]+)[">])re");
    std::vector<std::string> found;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (std::smatch match; std::regex_search(line, match, pattern))
            found.push_back(match[1]);
    return found;
}

std::vector<fs::path> sourcesIn(const std::string& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(DESCENT_SOURCE_DIR) / folder))
        if (const auto extension = entry.path().extension(); extension == ".cpp" || extension == ".h")
            files.push_back(entry.path());
    return files;
}

bool fromTorch(const std::string& include)
{
    return include.starts_with("ATen/") || include.starts_with("torch/") || include.starts_with("c10/") ||
           include == "core/tensor/tensor.h";
}

}

TEST_CASE("every include follows the arrows of the house")
{
    int checked = 0;
    for (const std::string folder : {"core", "ui"})
        for (const fs::path& file : sourcesIn(folder)) {
            const std::string from = fs::relative(file, DESCENT_SOURCE_DIR).generic_string();
            const std::string room = roomOf(from);
            const auto rule = allowed.find(room);
            INFO(from);
            REQUIRE(rule != allowed.end());
            for (const std::string& include : includesOf(file)) {
                if (!include.starts_with("core/") && !include.starts_with("ui/") && !include.starts_with("app/"))
                    continue;
                INFO("includes " << include);
                const std::string to = roomOf(include);
                CHECK((to == room || rule->second.count(to) == 1));
                ++checked;
            }
        }
    CHECK(checked > 200);
}

TEST_CASE("torch enters by core/tensor and stays out of the window")
{
    for (const fs::path& file : sourcesIn("ui"))
        for (const std::string& include : includesOf(file)) {
            INFO(file << " includes " << include);
            CHECK_FALSE(fromTorch(include));
        }
    for (const fs::path& file : sourcesIn("core")) {
        const std::string name = fs::relative(file, DESCENT_SOURCE_DIR).generic_string();
        if (file.extension() != ".h" || tierZeroHeaders.count(roomOf(name)) == 0)
            continue;
        for (const std::string& include : includesOf(file)) {
            INFO(name << " includes " << include);
            CHECK_FALSE(fromTorch(include));
            CHECK_FALSE(include == "torch/torch.h");
        }
    }
}

TEST_CASE("torch/torch.h stands in no header, and QCustomPlot in one folder")
{
    for (const std::string folder : {"core", "ui", "app"})
        for (const fs::path& file : sourcesIn(folder)) {
            const std::string name = fs::relative(file, DESCENT_SOURCE_DIR).generic_string();
            for (const std::string& include : includesOf(file)) {
                INFO(name << " includes " << include);
                CHECK_FALSE((file.extension() == ".h" && include == "torch/torch.h"));
                CHECK_FALSE(
                    (include == "qcustomplot.h" && (file.extension() == ".h" || !name.starts_with("ui/plots/"))));
            }
        }
}

TEST_CASE("files stay short enough to read", "[budget]")
{
    for (const std::string folder : {"core", "ui", "app"})
        for (const fs::path& file : sourcesIn(folder)) {
            std::ifstream in(file);
            long lines = 0;
            for (std::string line; std::getline(in, line);)
                ++lines;
            INFO(fs::relative(file, DESCENT_SOURCE_DIR).generic_string() << " has " << lines << " lines");
            CHECK(lines <= (file.extension() == ".h" ? 150 : 500));
        }
}

}
