// SPDX-License-Identifier: GPL-3.0-or-later
// What captures see besides weights: what goes through layers, labels and predictions, evaluations, tensors themselves.
#include "tests/support/torch_test.h"

#include "core/session/past.h"
#include "core/spec/experiment.h"
#include "core/store/raw_tensors.h"
#include "core/store/run_record.h"
#include "core/tensor/signal_statistics.h"
#include "core/train/engine.h"
#include "tests/support/python.h"
#include "tests/support/sessions.h"

#include <ATen/ops/from_blob.h>

#include <cmath>
#include <map>

namespace tests::signals {

using namespace core;
using session::Session;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

base::Value capturing(const std::string& capture, const char* model = R"({"kind": "mlp", "hidden": [8]})",
                      const char* data = R"({"source": "two-moons", "rows": 150})")
{
    return tests::resolved(std::string(R"({"data": )") + data + R"(, "model": )" + model +
                           R"(, "rules": [], "train": {"epochs": 6, "batch_size": 16, "threads": 1}, "capture": )" +
                           capture + "}");
}

struct Captured {
    fs::path folder;
    std::string digest;
    store::RunRecord record;

    Names names() const
    {
        Names all;
        for (const auto& [name, series] : record.tensors)
            all.push_back(name);
        return all;
    }
    const std::vector<double>& column(const std::string& name, const std::string& statistic) const
    {
        INFO(name << " " << statistic);
        REQUIRE(record.tensors.count(name) == 1);
        REQUIRE(record.tensors.at(name).columns.count(statistic) == 1);
        return record.tensors.at(name).columns.at(statistic);
    }
};

Captured captured(std::unique_ptr<Session> run)
{
    run->start();
    const events::RunFinished result = run->wait();
    INFO(base::describe(result.error));
    CHECK(result.error.message.empty());
    auto record = store::readRun(run->folder());
    REQUIRE(record);
    return {run->folder(), result.digest, std::move(*record)};
}

Captured captured(const base::Value& spec, const TempFolder& folder)
{
    return captured(tests::made(spec, folder));
}

void sameTensors(const Captured& one, const Captured& other, std::int64_t from = 0)
{
    CHECK(one.names() == other.names());
    for (const auto& [name, series] : one.record.tensors) {
        if (other.record.tensors.count(name) == 0)
            continue;
        const store::TensorSeries& there = other.record.tensors.at(name);
        INFO(name);
        REQUIRE(there.steps == series.steps);
        for (const auto& [statistic, values] : series.columns)
            for (std::size_t i = 0; i < values.size(); ++i)
                if (series.steps[i] >= from) {
                    INFO(statistic << " at step " << series.steps[i]);
                    const double value = there.columns.at(statistic)[i];
                    CHECK((value == values[i] || (std::isnan(value) && std::isnan(values[i]))));
                }
    }
}

at::Tensor rawAt(const store::RawReader& reader, const std::string& name, std::size_t place)
{
    const store::RawEntry& entry = reader.index().at(name).at(place);
    const auto values = reader.read(entry);
    REQUIRE(values);
    at::Tensor made = tensor::empty(entry.shape);
    std::copy(values->begin(), values->end(), made.mutable_data_ptr<float>());
    return made;
}

TEST_CASE("signals: collections find what layers of a type are given and say, in every kind of network")
{
    const TempFolder folder;
    const auto names = [&](const char* capture, const char* model) {
        return captured(capturing(capture, model), folder).names();
    };
    const char* plain = R"({"kind": "mlp", "hidden": [8, 4], "activation": "relu"})";
    CHECK(names(R"([{"collection": "relu_output"}])", plain) == Names{"activation/1", "activation/3"});
    CHECK(names(R"([{"regex": ".*relu_output"}])", plain) == Names{"activation/1", "activation/3"});
    CHECK(names(R"([{"collection": "relu_input"}])", plain) == Names{"input/1", "input/3"});
    CHECK(names(R"([{"collection": "tanh_input"}])", plain).empty());
    CHECK(names(R"([{"collection": "inputs"}])", plain) ==
          Names{"input/0", "input/1", "input/2", "input/3", "input/4", "input_0"});
    CHECK(names(R"([{"collection": "outputs"}])", plain).size() == 5);
    const char* tree = R"({"kind": "sequential", "layers": ["Linear", "Tanh",
        {"kind": "Residual", "layers": ["Sigmoid"]}, "ReLU"]})";
    CHECK(names(R"([{"collection": "tanh_input"}, {"collection": "sigmoid_input"}])", tree) ==
          Names{"input/1", "input/2.0"});
    CHECK(names(R"([{"collection": "relu_output"}])", tree) == Names{"activation/3"});
    CHECK(names(R"([{"collection": "inputs"}])", R"({"kind": "linear"})") == Names{"input/output", "input_0"});
}

TEST_CASE("signals: a run tells what its layers are, so that collections are known of its record")
{
    const TempFolder folder;
    const Captured run = captured(capturing(R"([{"collection": "outputs"}])"), folder);
    REQUIRE(run.record.opened);
    CHECK(run.record.opened->layers == Names{"0 Linear", "1 ReLU", "2 Linear"});
    const spec::LayerTypes types = spec::layerTypes(run.record.opened->layers);
    CHECK(spec::isIn("relu_output", "activation/1", types));
    CHECK_FALSE(spec::isIn("relu_output", "activation/2", types));
}

TEST_CASE("signals: kept tensors are those of their steps, and statistics are what they give")
{
    const TempFolder folder;
    const Captured run = captured(capturing(R"x([{"collection": "weights", "save_interval": 5, "raw": true,
                       "reductions": ["p5", "p95", "same_saves(1e-05,1e-08,0,2)", "change_ratio(1e-09,0)"]},
                      {"collection": "inputs", "save_interval": 5, "raw": true},
                      {"collection": "outputs", "save_interval": 5, "raw": true},
                      {"collection": "relu_output", "save_interval": 5, "raw": true, "reductions": ["dead_share(40)"]},
                      {"collection": "labels", "save_interval": 5, "raw": true},
                      {"collection": "predictions", "save_interval": 5, "raw": true}])x"),
                                  folder);
    const auto reader = store::RawReader::open(run.folder);
    REQUIRE(reader);
    for (const std::string& name : run.names())
        CHECK(reader->index().count(name) == 1);
    const auto past = session::Past::open(run.folder);
    REQUIRE(past);
    auto engine = past->engineAt({}, "cpu");
    REQUIRE(engine);
    std::map<std::string, std::vector<tensor::Save>> saves;
    for (std::size_t i = 0; i < 6; ++i) {
        const std::int64_t step = 5 * std::int64_t(i);
        REQUIRE(past->advance(**engine, step, false));
        for (const tensor::NamedTensor& weight : (*engine)->learner().weights())
            if (weight.name.ends_with("weight"))
                CHECK(rawAt(*reader, weight.name, i).equal(weight.tensor.detach()));
        CHECK(rawAt(*reader, "input/0", i).equal(rawAt(*reader, "input_0", i)));
        for (const char* layer : {"0", "1"}) {
            const std::string next = std::to_string(std::stoi(layer) + 1);
            CHECK(rawAt(*reader, "activation/" + std::string(layer), i).equal(rawAt(*reader, "input/" + next, i)));
        }
        CHECK(rawAt(*reader, "activation/2", i).equal(rawAt(*reader, "predictions", i)));
        for (const auto& [name, series] : run.record.tensors) {
            tensor::Signal signal(rawAt(*reader, name, i));
            signal.setPast(step, saves[name]);
            if (name == "predictions")
                signal.setLabels(rawAt(*reader, "labels", i));
            REQUIRE(series.steps.at(i) == step);
            for (const auto& [statistic, values] : series.columns) {
                INFO(name << " " << statistic << " at " << step);
                const double again = store::asKept(statistic, signal.take(*spec::parseStatistic(statistic)));
                CHECK((again == values[i] || (std::isnan(again) && std::isnan(values[i]))));
            }
            saves[name].push_back({step, rawAt(*reader, name, i)});
        }
    }
    CHECK(std::isnan(run.column("0.weight", "change_ratio(1e-09,0)")[0]));
    CHECK(run.column("0.weight", "change_ratio(1e-09,0)")[1] > 0);
    CHECK(run.column("labels", "class_count(0)")[0] + run.column("labels", "class_count(1)")[0] == 16);
    double right = run.column("predictions", "confusion(0,0)")[2] + run.column("predictions", "confusion(1,1)")[2];
    CHECK(right + run.column("predictions", "wrong_count(0)")[2] + run.column("predictions", "wrong_count(1)")[2] ==
          16);
    const store::Series& accuracy = run.record.scalars.at("train/accuracy");
    CHECK(right / 16 == Approx(accuracy.values[10]));
}

TEST_CASE("signals: h5py finds kept tensors under /raw")
{
    const TempFolder folder;
    const Captured run = captured(capturing(R"([{"collection": "weights", "save_interval": 10, "raw": true},
                      {"collection": "labels", "save_interval": 1, "raw": true}])"),
                                  folder);
    if (!tests::runPython(folder,
                          "import h5py, numpy as np\n"
                          "f = h5py.File('" +
                              (run.folder / "run.h5").string() +
                              "')\n"
                              "w = f['raw/0.weight/value']\n"
                              "assert w.shape[1:] == (8, 2) and list(f['raw/0.weight/step'][:3]) == [0, 10, 20]\n"
                              "m = f['tensors/0.weight/mean'][:]\n"
                              "assert np.allclose(w[:].mean((1, 2)), m, rtol=1e-4, atol=1e-6)\n"
                              "l, rows = f['raw/labels/value'][:], f['raw/labels/rows'][:]\n"
                              "few = rows.min()\n"
                              "assert rows.max() == 16 > few and np.isnan(l[rows == few][:, few:]).all()\n"
                              "assert not np.isnan(l[rows == 16]).any()\n"))
        WARN("no Python with h5py here");
}

TEST_CASE("signals: the training's bits are the same whatever is looked at, and evaluations are seen by their names")
{
    const TempFolder folder;
    const std::string none = captured(capturing("[]"), folder).digest;
    const Captured run = captured(capturing(R"x([{"collection": "weights", "mode": "EVAL", "save_interval": 2},
                      {"collection": "gradients", "mode": "EVAL", "save_interval": 1},
                      {"collection": "labels", "mode": "GLOBAL", "save_interval": 1},
                      {"collection": "predictions", "mode": "EVAL", "save_interval": 1},
                      {"collection": "relu_output", "mode": "EVAL", "save_interval": 1, "raw": true,
                       "reductions": ["dead_share(1)", "mean"]},
                      {"collection": "all", "mode": "PREDICT", "save_interval": 1}])x"),
                                  folder);
    CHECK(run.digest == none);
    CHECK(run.names() == Names{"labels", "validation/0.weight", "validation/2.weight", "validation/activation/1",
                               "validation/labels", "validation/predictions"});
    const std::int64_t epoch = run.record.opened->stepsPerEpoch;
    CHECK(run.record.tensors.at("validation/0.weight").steps == std::vector<std::int64_t>{epoch, 3 * epoch, 5 * epoch});
    CHECK(run.record.tensors.at("validation/labels").steps == run.record.scalars.at("validation/loss").steps);
    CHECK(run.column("validation/labels", "count")[0] == 16);
    CHECK(run.record.tensors.at("labels").steps.size() == std::size_t(6 * epoch));
}

TEST_CASE("signals: statistics of the saves before and kept tensors go on where a run was stopped")
{
    const TempFolder folder;
    const base::Value spec = capturing(
        R"x([{"collection": "weights", "save_interval": 2, "raw": true,
             "reductions": ["same_saves(0.001,0.001,0,3)", "change_ratio(1e-09,0)", "change_ratio(1e-09,7)"]},
            {"collection": "predictions", "save_interval": 3}])x");
    const Captured whole = captured(spec, folder);
    fs::path path;
    {
        auto run = tests::made(spec, folder, true);
        path = run->folder();
        tests::Watcher watcher;
        const auto watching = run->events().subscribe(watcher);
        run->start();
        for (std::int64_t step = 0; step < 11; ++step) {
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() > step; }));
        }
        REQUIRE(run->post(session::Stop{}));
        run->wait();
    }
    auto resumed = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE(resumed);
    const Captured again = captured(std::move(*resumed));
    CHECK(again.digest == whole.digest);
    sameTensors(whole, again);
    auto grown = Session::branch(whole.folder, 12, {}, {folder.path(), "cpu"});
    REQUIRE(grown);
    const Captured branch = captured(std::move(*grown));
    const auto first = store::RawReader::open(whole.folder), second = store::RawReader::open(again.folder),
               third = store::RawReader::open(branch.folder);
    REQUIRE((first && second && third));
    for (const store::RawReader* other : {&*second, &*third})
        for (const auto& [name, entries] : first->index()) {
            REQUIRE(other->index().at(name).size() == entries.size());
            for (std::size_t i = 0; i < entries.size(); ++i) {
                CHECK(other->index().at(name)[i].step == entries[i].step);
                CHECK(rawAt(*other, name, i).equal(rawAt(*first, name, i)));
            }
        }
}

TEST_CASE("signals: boosted trees show what features count, how deep their trees are, and what they take for what")
{
    const TempFolder folder;
    const Captured run = captured(capturing(R"([{"collection": "all", "save_interval": 1}])",
                                            R"({"kind": "xgboost", "max_depth": 3, "subsample": 0.7})",
                                            R"({"source": "two-moons", "rows": 300})"),
                                  folder);
    const Names names = run.names();
    CHECK(std::ranges::count_if(names, [](const std::string& n) { return n.starts_with("feature_importance/"); }) ==
          10);
    for (const char* name : {"trees/Node", "trees/Depth", "labels", "predictions", "feature_importance/weight/x"})
        CHECK(run.record.tensors.count(name) == 1);
    const auto& node = run.column("trees/Node", "max");
    const auto& depth = run.column("trees/Depth", "max");
    REQUIRE(node.size() == 6);
    for (std::size_t i = 0; i < node.size(); ++i) {
        CHECK(depth[i] <= 3);
        CHECK(depth[i] >= 1);
        CHECK(node[i] <= 14);
        CHECK(node[i] >= 2 * depth[i]);
    }
    CHECK(run.column("predictions", "confusion(0,0)").back() + run.column("predictions", "confusion(1,1)").back() >
          run.column("labels", "count").back() * 0.8);
    // A tree of n nodes asks (n − 1) / 2 questions.
    double asked = 0, nodes = 0;
    for (const std::string& name : names)
        if (name.starts_with("feature_importance/weight/"))
            asked += run.column(name, "mean").back();
    for (const double count : run.column("trees/Node", "count"))
        nodes += count - 1;
    CHECK(asked == nodes / 2);
}
}
