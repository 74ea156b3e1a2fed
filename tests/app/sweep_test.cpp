// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace tests::sweep_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string small = R"({"name": "small", "data": {"source": "two-moons", "rows": 160},
    "model": {"kind": "mlp", "hidden": [8]}, "train": {"epochs": 3, "batch_size": 8, "threads": 1, "seed": 5,
    "optimizer": {"kind": "sgd", "lr": 0.1}}})";

Value told(const std::vector<std::string>& arguments)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

Value specOf(const Value& run)
{
    const auto spec = core::base::readJson(std::filesystem::path(run["run"].text()) / "spec.json");
    REQUIRE(spec);
    return *spec;
}

double at(const Value& tree, const char* path)
{
    const Value* value = tree.at(path);
    REQUIRE(value);
    return value->toReal();
}

}

TEST_CASE("batch sizes are compared over seeds, and once more with the rate scaled exactly")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value set = told({"sweep", "batch_size_sweep", file, "--sizes", "4,16,4096", "--seeds", "2",
                            "--warmup-epochs", "1", "--runs", runs, "--json"});
    CHECK(set["status"].text() == "completed");
    // Two sizes fit the rows, each with two seeds, as it is and scaled.
    REQUIRE(set["runs"].array().size() == 8);
    CHECK(set["notes"].array().size() == 1);
    REQUIRE(set["series"].array().size() == 2);
    for (const Value& run : set["runs"].array()) {
        const Value spec = specOf(run);
        const double batch = at(spec, "train.batch_size");
        const bool scaled = run["series"].text() != set["series"].array()[0]["name"].text();
        CHECK(batch == run["x"].toReal());
        CHECK(at(spec, "train.optimizer.lr") == (scaled ? 0.1 * (batch / 8) : 0.1));
        CHECK(at(spec, "split.seed") == 0);
        CHECK(at(spec, "train.seed") == run["seed"].toReal());
        if (scaled && batch > 8) {
            CHECK(at(spec, "train.schedule.warmup_start_factor") == Approx(8 / batch));
            CHECK(at(spec, "train.schedule.warmup_steps") == std::ceil(112 / batch));
        } else {
            CHECK(at(spec, "train.schedule.warmup_steps") == 0);
        }
    }
    for (const Value& series : set["series"].array())
        for (const Value& point : series["points"].array()) {
            const Value& accuracy = point["values"]["validation/accuracy"];
            CHECK(accuracy["n"].toInt() == 2);
            std::vector<double> each;
            for (const Value& run : set["runs"].array())
                if (run["series"].text() == series["name"].text() && run["x"].toReal() == point["x"].toReal())
                    each.push_back(at(run, "values.validation/accuracy"));
            REQUIRE(each.size() == 2);
            CHECK(accuracy["mean"].toReal() == Approx((each[0] + each[1]) / 2));
            CHECK(accuracy["std"].toReal() == Approx(std::abs(each[0] - each[1]) / std::sqrt(2.0)));
        }
    CHECK(set["closing"].text().find("Batch 16") != std::string::npos);
    // The same again trains nothing: the set is whole, so another begins only where it is asked for.
    CHECK(told({"sweep", "show", "batch_size_sweep-0001", "--runs", runs, "--json"})["runs"].array().size() == 8);
    CHECK(told({"runs", "list", "--runs", runs, "--json"})["runs"].array().size() == 8);
    const std::string csv = folder.path() / "points.csv";
    told({"sweep", "show", "batch_size_sweep-0001", "--runs", runs, "--csv", csv, "--json"});
    const auto table = core::base::readFile(csv);
    REQUIRE(table);
    CHECK(std::count(table->begin(), table->end(), '\n') == 5);
}

TEST_CASE("a set that was interrupted is whole and goes on with what is missing")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const std::vector<std::string> command{"sweep", "rate_sweep", file,  "--from", "0.01", "--to",    "1", "--points",
                                           "3",     "--epochs",   "400", "--runs", runs,   "--seeds", "2", "--json"};
    const std::filesystem::path record = folder.path() / "sweeps" / "rate_sweep-0001.json";
    const auto begun = [&] {
        std::size_t count = 0;
        if (const auto tree = core::base::readJson(record))
            for (const Value& run : (*tree)["runs"].array())
                count += run["run"].isText();
        return count;
    };
    {
        tests::Running going(tests::cliCommand(command));
        REQUIRE(tests::until([&] { return begun() >= 2; }));
        going.signal(SIGINT);
        const tests::Ended ended = going.wait();
        INFO(ended.err);
        REQUIRE(ended.status == 130);
        const Value object = ended.json();
        CHECK(object["status"].text() == "interrupted");
    }
    const auto tree = core::base::readJson(record);
    REQUIRE(tree);
    const Value first = tree->at("runs")->array()[0];
    const Value set = told({"sweep", "resume", "rate_sweep-0001", "--runs", runs, "--json"});
    CHECK(set["status"].text() == "completed");
    CHECK(set["runs"].array().size() == 6);
    for (const Value& run : set["runs"].array())
        CHECK(run["ended"].toBool());
    // What had ended was not trained again.
    CHECK(std::filesystem::path(set["runs"].array()[0]["run"].text()).filename() == first["run"].text());
    CHECK(told({"runs", "list", "--runs", runs, "--json"})["runs"].array().size() == 6);
    // The interrupted run ends in the bits that it would have had at once.
    const Value last = told({"sweep", "rate_sweep", file, "--from", "0.01", "--to", "1", "--points", "3", "--epochs",
                             "400", "--runs", folder.path() / "again", "--seeds", "2", "--json"});
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(at(set["runs"].array()[i], "values.validation/loss") ==
              at(last["runs"].array()[i], "values.validation/loss"));
}

TEST_CASE("runs of one seed begin with the same weights and the same rows, whatever is varied")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value set = told({"sweep", "rate_sweep", file, "--from", "0.01", "--to", "0.1", "--points", "2", "--epochs",
                            "1", "--seeds", "2", "--runs", runs, "--json"});
    std::map<std::int64_t, std::set<std::string>> first; // loss of step 0, by seed
    for (const Value& run : set["runs"].array()) {
        const std::string csv = folder.path() / "scalars.csv";
        told({"export", run["run"].text(), "--to", "csv", csv, "--json"});
        const auto table = core::base::readFile(csv);
        REQUIRE(table);
        std::istringstream lines(*table);
        std::string names, values, name, value;
        std::getline(lines, names);
        std::getline(lines, values);
        std::istringstream heads(names), cells(values);
        while (std::getline(heads, name, ',') && std::getline(cells, value, ','))
            if (name == "train/loss")
                first[run["seed"].toInt()].insert(value);
    }
    REQUIRE(first.size() == 2);
    CHECK(first[5].size() == 1);
    CHECK(first[6].size() == 1);
    CHECK(first[5] != first[6]);
}

TEST_CASE("runs that diverge are counted, and end nothing")
{
    const TempFolder folder;
    const std::string runs = folder.path(),
                      file = folder.file("s.experiment.json",
                                         R"({"data": {"source": "regression", "rows": 80}, "model": "linear",
        "train": {"epochs": 60, "batch_size": 4, "loss": "mse", "optimizer": {"kind": "sgd"}, "threads": 1}})");
    const Value set = told({"sweep", "rate_sweep", file, "--from", "0.001", "--to", "1000", "--points", "3", "--seeds",
                            "2", "--runs", runs, "--json"});
    CHECK(set["status"].text() == "completed");
    CHECK(set["metric"].text() == "loss");
    const auto& points = set["series"].array()[0]["points"].array();
    REQUIRE(points.size() == 3);
    CHECK(points[0]["diverged"].toInt() == 0);
    CHECK(points[2]["diverged"].toInt() == 2);
    CHECK(points[2]["values"].object().empty());
    CHECK(set["closing"].text().find("diverged") != std::string::npos);
}

TEST_CASE("a learning curve adds rows and keeps those that validate")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value set =
        told({"sweep", "learning_curve", file, "--fractions", "0.25,0.5,1", "--seeds", "1", "--runs", runs, "--json"});
    const auto& all = set["runs"].array();
    REQUIRE(all.size() == 3);
    CHECK(all[0]["x"].toReal() == 28);
    CHECK(all[2]["x"].toReal() == 112);
    for (const Value& run : all) {
        // As many updates as with all rows: 3 epochs of 14.
        CHECK(at(run, "values.steps") == 42);
        const Value spec = specOf(run);
        CHECK(spec["augment"].array()[0]["kind"].text() == "RandomSubset");
    }
    const Value full = told({"train", file, "--runs", runs, "--json"});
    // All rows: the same training as without the subset.
    CHECK(at(full, "metrics.validation/loss") == at(all[2], "values.validation/loss"));
}

TEST_CASE("width and depth are varied one at a time")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value set = told({"sweep", "capacity_curve", file, "--widths", "2,4", "--depths", "1,3", "--seeds", "1",
                            "--runs", runs, "--json"});
    std::vector<std::string> hidden;
    for (const Value& run : set["runs"].array())
        hidden.push_back(core::base::writeJson(*specOf(run).at("model.hidden")));
    CHECK(hidden == std::vector<std::string>{"[2]", "[4]", "[8]", "[8,8,8]"});
    CHECK(cli({"sweep", "capacity_curve", file, "--set", "model=linear", "--runs", runs, "--json"}).status == 2);
}

TEST_CASE("optimizers begin at the same place and their paths are recorded")
{
    const TempFolder folder;
    const std::string runs = folder.path();
    const Value set = told({"sweep",     "optimizer_comparison",
                            "--updates", "12",
                            "--start",   "20",
                            "--methods", "batch,stochastic,momentum,adam",
                            "--set",     "data.source=regression",
                            "--set",     "data.rows=60",
                            "--set",     "data.features=[\"x1\"]",
                            "--set",     "data.target=y",
                            "--set",     "data.missing=error",
                            "--runs",    runs,
                            "--json"});
    REQUIRE(set["runs"].array().size() == 4);
    REQUIRE(set["descent"]["paths"].array().size() == 4);
    for (const Value& path : set["descent"]["paths"].array()) {
        INFO(path["name"].text());
        REQUIRE(path["points"].array().size() == 12);
        const auto& first = path["points"].array()[0].array();
        CHECK(first[0].toReal() == 20);
        CHECK(first[1].toReal() == 0);
        CHECK(first[2].toReal() == set["descent"]["paths"].array()[0]["points"].array()[0].array()[2].toReal());
    }
    CHECK(set["descent"]["loss"].array().size() == 72 * 54);
    const double lowest = set["descent"]["minimum"].array()[2].toReal();
    for (const Value& value : set["descent"]["loss"].array())
        CHECK(value.toReal() >= lowest - 1e-4 * std::abs(lowest));
}

TEST_CASE("bad sets are told with what would be right")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    CHECK(cli({"sweep", "batch_size", file, "--json"}).status == 2);
    CHECK(cli({"sweep", "rate_sweep", file, "--seeds", "0", "--runs", runs, "--json"}).status == 2);
    CHECK(cli({"sweep", "rate_sweep", file, "--from", "2", "--to", "1", "--runs", runs, "--json"}).status == 2);
    CHECK(cli({"sweep", "batch_size_sweep", file, "--sizes", "4096", "--runs", runs, "--json"}).status == 2);
    CHECK(cli({"sweep", "show", "rate_sweep-0009", "--runs", runs, "--json"}).status == 2);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "sweeps" / "rate_sweep-0001.json"));
    CHECK(told({"sweep", "list", "--runs", runs, "--json"})["sets"].array().empty());
}

}
