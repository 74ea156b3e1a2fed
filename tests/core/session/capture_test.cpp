// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/past.h"
#include "core/spec/experiment.h"
#include "core/store/run_record.h"
#include "core/tensor/statistics.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

#include <cmath>
#include <map>
#include <numeric>
#include <thread>

using namespace core;
using session::Session;
using tests::TempFolder;

namespace {

namespace fs = std::filesystem;

base::Value capturing(const std::string& capture, const char* more = "")
{
    return tests::resolved(
        R"({"data": {"source": "two-moons", "rows": 150}, "model": {"kind": "mlp", "hidden": [8], "dropout": 0.2},
        "train": {"epochs": 6, "batch_size": 16, "optimizer": "adam", "threads": 1)" +
        std::string(more) + R"(}, "capture": )" + capture + "}");
}

struct Captured {
    fs::path folder;
    std::string digest;
    store::RunRecord record;
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

std::vector<std::string> captureProblems(const std::string& capture)
{
    const auto tree = base::parseJson(R"({"data": {"source": "two-moons"}, "capture": )" + capture + "}");
    REQUIRE(tree);
    std::vector<std::string> all;
    for (const base::Error& problem : spec::resolve(*tree, {session::catalog()}).problems)
        all.push_back(base::describe(problem));
    return all;
}

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != text.npos;
}

}

TEST_CASE("capture: the training's bits are the same whatever is captured")
{
    const TempFolder folder;
    const Captured none = captured(tests::made(capturing("[]"), folder));
    CHECK(none.record.tensors.empty());
    for (const char* capture : {R"([{"collection": "all", "save_interval": 1}])",
                                R"([{"regex": ".", "save_interval": 3, "reductions": ["median", "l1_norm", "prod"]}])",
                                R"([{"collection": "updates", "save_interval": 2, "histogram": true},
                                    {"collection": "activations", "save_interval": 3, "histogram": true, "bins": 7},
                                    {"collection": "all", "save_interval": 5, "histogram": true}])"})
        CHECK(captured(tests::made(capturing(capture), folder)).digest == none.digest);
    const Captured clipped = captured(tests::made(capturing("[]", R"(, "clip_grad_norm": 0.01)"), folder));
    CHECK(captured(tests::made(
                       capturing(R"([{"collection": "gradients", "save_interval": 1}])", R"(, "clip_grad_norm": 0.01)"),
                       folder))
              .digest == clipped.digest);
}

// With all cores in use statistics are taken at once, with one of several a moment later.
TEST_CASE("capture: statistics that are put off are those that are taken at once")
{
    const TempFolder folder;
    const char* capture = R"--([{"collection": "all", "save_interval": 1, "histogram": true},
        {"collection": "updates", "save_interval": 3, "reductions": ["mean", "max"]},
        {"collection": "gradients", "save_interval": 2, "reductions": ["same_saves(1e-5,1e-8,0,2)", "l2"], "raw": true
},
        {"collection": "activations", "save_interval": 1},
        {"collection": "inputs", "save_interval": 2}, {"collection": "labels", "save_interval": 1},
        {"collection": "predictions", "save_interval": 1},
        {"collection": "weights", "mode": "EVAL", "save_interval": 1}])--";
    const auto with = [&](unsigned threads) {
    base::Value spec = capturing(capture, R"(, "clip_grad_norm": 0.05)");
    REQUIRE(spec.setAt("train.threads", std::int64_t(threads)));
    return captured(tests::made(spec, folder));
    };
const Captured later = with(1), once = with(std::max(1u, std::thread::hardware_concurrency()));
CHECK(later.digest == once.digest);
REQUIRE(later.record.tensors.size() == once.record.tensors.size());
for (const auto& [name, series] : once.record.tensors) {
    INFO(name);
    const store::TensorSeries& other = later.record.tensors.at(name);
    CHECK(other.steps == series.steps);
    for (const auto& [statistic, values] : series.columns) {
        const std::vector<double>& others = other.columns.at(statistic);
        REQUIRE(others.size() == values.size());
        CHECK(std::equal(values.begin(), values.end(), others.begin(),
                         [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }));
    }
}
}

TEST_CASE("capture: at step s stand the weights before update s and its gradients before they are clipped")
{
    const TempFolder folder;
    const Captured run = captured(tests::made(
        capturing(R"([{"collection": "all", "save_interval": 1}])", R"(, "clip_grad_norm": 0.001)"), folder));
    const auto past = session::Past::open(run.folder);
    REQUIRE(past);
    auto engine = past->engineAt({}, "cpu");
    REQUIRE(engine);
    const store::Series& norm = run.record.scalars.at("train/grad_norm");
    for (std::int64_t step = 0; step < 20; ++step) {
        for (const tensor::NamedTensor& weight : (*engine)->learner().weights()) {
            const tensor::Statistics now = tensor::statisticsOf(weight.tensor);
            const store::TensorSeries& series = run.record.tensors.at(weight.name);
            const auto at = std::size_t(step);
            REQUIRE(series.steps.at(at) == step);
            CHECK(series.columns.at("mean")[at] == double(float(now.mean)));
            CHECK(series.columns.at("l2")[at] == double(float(now.l2)));
            CHECK(series.columns.at("count")[at] == double(weight.tensor.numel()));
        }
        double sum = 0;
        for (const auto& [name, series] : run.record.tensors)
            if (name.starts_with("gradient/"))
                sum += std::pow(series.columns.at("l2")[std::size_t(step)], 2);
        CHECK(std::sqrt(sum) == Approx(norm.values[std::size_t(step)]).epsilon(1e-5));
        CHECK(norm.values[std::size_t(step)] > 0.001);
        REQUIRE(past->advance(**engine, step + 1, false));
    }
}

TEST_CASE("capture: updates are what a step adds, activations what layers say, histograms hold every element")
{
    const TempFolder folder;
    const Captured run = captured(tests::made(
        capturing(R"([{"collection": "weights", "save_interval": 1}, {"collection": "updates", "save_interval": 1},
                      {"collection": "activations", "save_interval": 4, "histogram": true, "bins": 16},
                      {"collection": "gradients", "save_interval": 4, "histogram": true}])"),
        folder));
    const auto past = session::Past::open(run.folder);
    REQUIRE(past);
    auto engine = past->engineAt({}, "cpu");
    REQUIRE(engine);
    for (std::int64_t step = 0; step < 9; ++step) {
        std::map<std::string, at::Tensor> before;
        for (const tensor::NamedTensor& weight : (*engine)->learner().weights())
            before[weight.name] = weight.tensor.detach().clone();
        REQUIRE(past->advance(**engine, step + 1, false));
        for (const tensor::NamedTensor& weight : (*engine)->learner().weights()) {
            const tensor::Statistics change = tensor::statisticsOf(weight.tensor.detach().sub(before[weight.name]));
            const store::TensorSeries& series = run.record.tensors.at("update/" + weight.name);
            REQUIRE(series.steps.at(std::size_t(step)) == step);
            CHECK(series.columns.at("l2")[std::size_t(step)] == double(float(change.l2)));
            CHECK(series.columns.at("max")[std::size_t(step)] == double(float(change.max)));
        }
    }
    // Linear, ReLU, dropout, Linear: 16 rows of 8 numbers, of 2 at the end.
    std::vector<std::string> layers;
    for (const auto& [name, series] : run.record.tensors)
        if (name.starts_with("activation/"))
            layers.push_back(name);
    REQUIRE(layers == std::vector<std::string>{"activation/0", "activation/1", "activation/2", "activation/3"});
    CHECK(run.record.tensors.at("activation/1").columns.at("min")[0] == 0);
    CHECK(run.record.tensors.at("activation/1").columns.at("count")[0] == 16 * 8);
    CHECK(run.record.tensors.at("activation/2").columns.at("zeros")[0] >
          run.record.tensors.at("activation/1").columns.at("zeros")[0]);
    CHECK(run.record.tensors.at("activation/3").columns.at("count")[0] == 16 * 2);

    std::int64_t step = 0;
    for (const events::Event& event : run.record.events)
        if (const auto* spreads = std::get_if<events::TensorHistograms>(&event)) {
            CHECK(spreads->step == step);
            step += 4;
            REQUIRE(spreads->tensors.size() == 8);
            for (const auto& spread : spreads->tensors) {
                INFO(spread.name);
                const store::TensorSeries& series = run.record.tensors.at(spread.name);
                const auto at = std::size_t(std::ranges::find(series.steps, spreads->step) - series.steps.begin());
                CHECK(spread.counts.size() == (spread.name.starts_with("activation/") ? 16 : 64));
                CHECK(double(std::accumulate(spread.counts.begin(), spread.counts.end(), 0u)) ==
                      series.columns.at("count")[at]);
                CHECK(float(spread.low) == float(series.columns.at("min")[at]));
                CHECK(float(spread.high) == float(series.columns.at("max")[at]));
                CHECK(spread.counts.back() > 0);
            }
        }
    CHECK(step > 8);
}

TEST_CASE("capture: layers of a tree are told by their names, of a single layer by a word")
{
    const TempFolder folder;
    const auto layers = [&](const char* model) {
        base::Value spec = capturing(R"([{"collection": "activations", "save_interval": 10}])");
        REQUIRE(spec.setAt("model", *base::parseJson(model)));
        const auto checked = spec::resolve(spec, {session::catalog()});
        REQUIRE(checked.problems.empty());
        std::vector<std::string> names;
        for (const auto& [name, series] : captured(tests::made(checked.value, folder)).record.tensors)
            names.push_back(name);
        return names;
    };
    CHECK(layers(R"({"kind": "linear"})") == std::vector<std::string>{"activation/output"});
    CHECK(layers(R"({"kind": "sequential", "layers": ["Linear", "ReLU"]})") ==
          std::vector<std::string>{"activation/0", "activation/1", "activation/2"});
}

TEST_CASE("capture: collections, regexes, intervals and reductions choose what is recorded")
{
    const TempFolder folder;
    const auto names = [](const store::RunRecord& record) {
        std::vector<std::string> all;
        for (const auto& [name, series] : record.tensors)
            all.push_back(name);
        return all;
    };
    const auto of = [&](const char* capture) { return captured(tests::made(capturing(capture), folder)).record; };
    using Names = std::vector<std::string>;
    CHECK(names(of(R"([{"collection": "weights"}])")) == Names{"0.weight", "3.weight"});
    CHECK(names(of(R"([{"collection": "biases"}])")) == Names{"0.bias", "3.bias"});
    CHECK(names(of(R"([{"collection": "gradients"}])")).size() == 4);
    CHECK(names(of(R"([{"collection": "all"}])")).size() == 8);
    CHECK(names(of(R"([{"regex": "^gradient/0|3.b"}])")) ==
          Names{"3.bias", "gradient/0.bias", "gradient/0.weight", "gradient/3.bias"});
    CHECK(names(of(R"([{"regex": "conv"}])")).empty());

    const store::RunRecord two = of(R"([{"regex": "^0.weight", "save_interval": 10, "start_step": 5, "end_step": 30,
                                          "save_steps": [7, 31], "reductions": ["l2_norm", "abs_l2", "median"]},
                                         {"collection": "weights", "save_interval": 20, "reductions": ["mean"]}])");
    const store::TensorSeries& first = two.tensors.at("0.weight");
    CHECK(first.steps == std::vector<std::int64_t>{0, 7, 10, 20, 31, 40});
    REQUIRE(first.columns.size() == 3);
    CHECK(std::isnan(first.columns.at("l2")[0]));
    CHECK(std::isfinite(first.columns.at("l2")[1]));
    CHECK(std::isnan(first.columns.at("mean")[1]));
    CHECK(std::isfinite(first.columns.at("mean")[3]));
    CHECK(std::isfinite(first.columns.at("median")[4]));
    CHECK(two.tensors.at("3.weight").steps == std::vector<std::int64_t>{0, 20, 40});
}

TEST_CASE("capture: what cannot be captured is told with what can")
{
    const auto one = [](const char* capture) {
        const auto all = captureProblems(capture);
        REQUIRE(all.size() == 1);
        return all.front();
    };
    const std::string collection = one(R"([{"collection": "relu_outputs"}])");
    CHECK(contains(collection, "/capture/0"));
    CHECK(contains(collection, "relu_output"));
    CHECK(contains(one(R"([{}])"), "names no tensors"));
    CHECK(contains(one(R"([{"collection": "all", "regex": "x"}])"), "a collection and a regex"));
    CHECK(contains(one(R"([{"collection": "all"}, {"regex": "(" }])"), "/capture/1/regex"));
    CHECK(contains(one(R"([{"collection": "all", "mode": "VALIDATE"}])"), "TRAIN"));
    CHECK(contains(one(R"([{"collection": "all", "reductions": ["mean", "dead_share"]}])"), "/capture/0/reductions/1"));
    CHECK(captureProblems(R"x([{"collection": "all", "mode": "EVAL", "raw": true, "reductions": ["dead_share(1)"]}])x")
              .empty());
    CHECK(contains(one(R"([{"collection": "all", "save_interval": 0}])"), "save_interval"));
    CHECK(contains(one(R"([{"collection": "all", "reductions": ["meen"]}])"), "mean"));
    CHECK(contains(one(R"([{"collection": "all", "start_step": 5, "end_step": 5}])"), "end_step"));
    CHECK(captureProblems(R"({"collection": "weights"})").empty());
}

TEST_CASE("capture: an edit changes what is recorded from the next step on, and nothing else")
{
    const TempFolder folder;
    const base::Value spec = capturing(R"([{"collection": "weights", "save_interval": 1}])");
    const std::string digest = captured(tests::made(spec, folder)).digest;
    auto run = tests::made(spec, folder, true);
    tests::Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    for (std::int64_t step = 0; step < 3; ++step) {
        REQUIRE(run->post(session::SingleStep{}));
        REQUIRE(tests::until([&] { return watcher.steps() > step; }));
    }
    const auto bad = run->post(session::Edit{"capture", base::Array{base::Object{{"collection", "dreams"}}}});
    CHECK_FALSE(bad);
    REQUIRE(
        run->post(session::Edit{"capture", base::Array{base::Object{{"collection", "biases"}, {"save_interval", 1}}}}));
    REQUIRE(run->post(session::Continue{}));
    const events::RunFinished& result = run->wait();
    CHECK(result.digest == digest);
    const auto record = store::readRun(run->folder());
    REQUIRE(record);
    CHECK(record->tensors.at("0.weight").steps == std::vector<std::int64_t>{0, 1, 2});
    CHECK(record->tensors.at("0.bias").steps.front() == 3);
    CHECK(std::int64_t(record->tensors.at("0.bias").steps.size()) == result.steps - 3);
}

TEST_CASE("capture: a run that was stopped and resumed has recorded what one without a stop has, a branch its past too")
{
    const TempFolder folder;
    const base::Value spec = capturing(R"([{"collection": "all", "save_interval": 2}])");
    const Captured whole = captured(tests::made(spec, folder));
    fs::path path;
    {
        auto run = tests::made(spec, folder, true);
        path = run->folder();
        tests::Watcher watcher;
        const auto watching = run->events().subscribe(watcher);
        run->start();
        for (std::int64_t step = 0; step < 9; ++step) {
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() > step; }));
        }
        REQUIRE(run->post(session::Stop{}));
        run->wait();
    }
    auto resumed = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE(resumed);
    const Captured again = captured(std::move(*resumed));
    auto grown = Session::branch(whole.folder, 12, {}, {folder.path(), "cpu"});
    REQUIRE(grown);
    const Captured branch = captured(std::move(*grown));
    REQUIRE(whole.record.tensors.size() == 8);
    for (const Captured* other : {&again, &branch}) {
        REQUIRE(other->record.tensors.size() == 8);
        for (const auto& [name, series] : whole.record.tensors) {
            INFO(name);
            CHECK(other->record.tensors.at(name).steps == series.steps);
            CHECK(other->record.tensors.at(name).columns == series.columns);
        }
    }
}

TEST_CASE("capture: without a word all tensors are looked at now and then, and weights are spread out at evaluations")
{
    const TempFolder folder;
    base::Value spec = tests::moons(1, 1);
    const Captured run = captured(tests::made(spec, folder));
    CHECK(run.record.tensors.at("0.weight").steps.front() == 0);
    CHECK(run.record.tensors.contains("gradient/0.weight"));
    std::vector<std::int64_t> steps;
    for (const events::Event& event : run.record.events)
        if (const auto* frame = std::get_if<events::WeightsFrame>(&event)) {
            steps.push_back(frame->step);
            std::int64_t all = 0;
            for (const std::int64_t count : frame->layers.at(0).counts)
                all += count;
            CHECK(frame->layers[0].name == "0.weight");
            CHECK(frame->layers[0].counts.size() == 64);
            CHECK(all == frame->layers[0].count());
        }
    CHECK(steps.front() == 0);
    CHECK(steps.size() > 8);
}
