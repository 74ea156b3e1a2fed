// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/dropout.h"
#include "core/model/network.h"
#include "core/tensor/cuda_devices.h"
#include "core/tensor/device.h"
#include "core/train/device_step.h"
#include "core/train/engine.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/ranks/follower.h"
#include "core/train/ranks/gpus.h"
#include "core/train/threads.h"
#include "tests/support/sessions.h"

namespace tests::gpu {

using namespace core;
using base::Array;
using base::Object;
using base::Pick;
using train::ranks::deviceOfRank;
using train::ranks::Place;

// The device, or nothing, and the reason in the output.
std::optional<at::Device> device()
{
    const std::string missing = tensor::whyNoCuda();
    if (missing.empty())
        return at::Device("cuda:0");
    WARN("skipped: " << missing);
    return {};
}

std::vector<double> weightsAfter(const Pick& model, const Pick& optimizer, const std::vector<std::int64_t>& inputShape,
                                 at::Device device)
{
    const auto architecture = model::allArchitectures().make(model);
    REQUIRE(architecture);
    const auto network = (*architecture)->build({inputShape, 3, 1});
    REQUIRE(network);
    (*network)->moveTo(device);
    const auto steps = train::allOptimizers().make(optimizer, (*network)->parameters());
    const auto loss = train::allLosses().make({"cross_entropy", Object{}});
    REQUIRE(steps);
    REQUIRE(loss);
    std::vector<std::int64_t> shape{8};
    shape.insert(shape.end(), inputShape.begin(), inputShape.end());
    std::int64_t elements = 1;
    for (const std::int64_t length : shape)
        elements *= length;
    for (std::uint64_t step = 0; step < 5; ++step) {
        const at::Tensor input = tensorOf(wave(elements, double(step)), shape, at::kFloat).to(device);
        const at::Tensor target = tensorOf({0, 1, 2, 0, 1, 2, 0, 1}, {8}, at::kLong).to(device);
        const auto look = [&] {
            const at::AutoGradMode graph(true);
            for (const auto& named : (*network)->parameters())
                const_cast<at::Tensor&>(named.tensor).mutable_grad().reset();
            const at::Tensor value =
                (*loss)->compute((*network)->forward(input, {true, base::Draw(1, "dropout", step)}), target);
            value.backward();
            return value.item<double>();
        };
        look();
        (*steps)->step(0.01, look);
    }
    std::vector<double> all;
    for (const auto& named : model::stateOf(**network))
        for (const double value : numbersIn(named.tensor.to(at::kCPU)))
            all.push_back(value);
    return all;
}

TEST_CASE("a GPU trains every network as the processor does", "[gpu]")
{
    const auto gpu = device();
    if (!gpu)
        return;
    const Object mlp{{"hidden", Array{16, 8}}, {"dropout", 0.3}, {"norm", "batch"}};
    const Object cnn{{"channels", Array{4}}, {"hidden", Array{6}}, {"dropout", 0.3}, {"norm", "batch"}};
    for (const auto& [model, shape] :
         {std::pair(Pick{"mlp", mlp}, std::vector<std::int64_t>{5}), {Pick{"cnn", cnn}, {1, 8, 8}}}) {
        INFO(model.kind);
        // Plain steps: a bias in front of a norm has no gradient but rounding, which Adam would blow up to full steps.
        const Pick sgd{"sgd", Object{}};
        CHECK(distance(weightsAfter(model, sgd, shape, *gpu), weightsAfter(model, sgd, shape, at::kCPU)) < 1e-4);
    }
}

TEST_CASE("a GPU steps with every optimizer as the processor does", "[gpu]")
{
    const auto gpu = device();
    if (!gpu)
        return;
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        const Pick optimizer{entry.kind, Object{}};
        const Pick linear{"linear", Object{}};
        // Muon computes its directions in bfloat16.
        CHECK(distance(weightsAfter(linear, optimizer, {4}, *gpu), weightsAfter(linear, optimizer, {4}, at::kCPU)) <
              (entry.kind == "muon" ? 2e-3 : 1e-4));
    }
}

TEST_CASE("a GPU makes the processor's dropout masks", "[gpu]")
{
    const auto gpu = device();
    if (!gpu)
        return;
    const base::Draw draw(1, "dropout", 2);
    CHECK(numbersIn(model::dropoutMask(5000, at::kFloat, *gpu, 0.4, draw).to(at::kCPU)) ==
          numbersIn(model::dropoutMask(5000, at::kFloat, at::kCPU, 0.4, draw)));
}

TEST_CASE("a recorded step has the gradients and figures of one that goes kernel by kernel", "[gpu]")
{
    const auto gpu = device();
    if (!gpu)
        return;
    const auto architecture = model::allArchitectures().make({"mlp", Object{{"hidden", Array{8}}}});
    REQUIRE(architecture);
    tensor::takeStream(*gpu);
    const auto network = (*architecture)->build({{5}, 3, 1});
    REQUIRE(network);
    (*network)->moveTo(*gpu);
    const auto loss = train::allLosses().make({"cross_entropy", Object{}});
    REQUIRE(loss);
    train::DeviceStep steps(*gpu, (*network)->parameters());
    const auto work = [&](const at::Tensor& input, const at::Tensor& target, bool) {
        const at::Tensor value = (*loss)->compute((*network)->forward(input, {true}), target);
        value.backward();
        return value.detach().to(at::kDouble).reshape({1});
    };
    for (int step = 0; step < 8; ++step) {
        const data::Batch batch{tensorOf(wave(20, step), {4, 5}, at::kFloat), tensorOf({0, 1, 2, 0}, {4}, at::kLong)};
        const std::vector<double> figures = steps.run(batch, work, true);
        CHECK(steps.recorded() == (step >= 3));
        std::vector<double> recorded;
        for (const auto& parameter : (*network)->parameters())
            for (const double number : numbersIn(parameter.tensor.grad().to(at::kCPU)))
                recorded.push_back(number);
        const std::vector<double> again = steps.run(batch, work, false);
        std::vector<double> plain;
        for (const auto& parameter : (*network)->parameters())
            for (const double number : numbersIn(parameter.tensor.grad().to(at::kCPU)))
                plain.push_back(number);
        CHECK(figures == again);
        CHECK(recorded == plain);
    }
}

TEST_CASE("a training of recorded steps ends in the bits of one without", "[gpu]")
{
    if (!device())
        return;
    for (const char* precision : {"32-true", "bf16-mixed", "16-mixed"})
        for (
            const char* model :
            {R"({"kind": "mlp", "hidden": [16]})", R"({"kind": "mlp", "hidden": [16], "dropout": 0.3})",
             R"({"kind": "sequential", "layers": [{"kind": "Linear", "out_features": 16}, {"kind": "BatchNorm1d"}, {"kind": "GELU"}, {"kind": "Linear", "out_features": 2}]})"}) {
            INFO(precision << " " << model);
            base::Value spec = moons(5, 1, 0);
            REQUIRE(spec.setAt("train.precision", precision));
            REQUIRE(spec.setAt("model", *base::parseJson(model)));
            const auto resolved = spec::resolve(spec, {session::catalog()});
            for (const auto& problem : resolved.problems)
                FAIL(base::describe(problem));
            std::vector<std::string> digests;
            for (const bool watched : {false, false, true}) {
                auto engine = train::Engine::make(resolved.value, "cuda:0", nullptr, 1);
                REQUIRE(engine);
                events::StepTrace trace;
                for (int step = 0; step < 12; ++step)
                    (*engine)->advance(watched ? &trace : nullptr);
                digests.push_back((*engine)->learner().digest());
            }
            CHECK(digests[0] == digests[1]);
            CHECK(digests[0] == digests[2]);
        }
}

// Each family of networks with rows that it takes.
TEST_CASE("every network repeats its bits on a GPU, recorded or not", "[gpu]")
{
    if (!device())
        return;
    const std::string moon = R"({"source": "two-moons", "rows": 60})",
                      clothes = R"({"source": "fashion-mnist", "rows": 60})";
    const std::vector<std::pair<std::string, std::string>> families{
        {moon, R"({"kind": "linear"})"},
        {moon, R"({"kind": "mlp", "hidden": [8], "dropout": 0.2, "norm": "batch"})"},
        {moon,
         R"({"kind": "sequential", "layers": [{"kind": "Linear", "out_features": 8}, {"kind": "GELU"}, {"kind": "Linear", "out_features": 2}]})"},
        {clothes, R"({"kind": "cnn", "channels": [4, 8], "dropout": 0.2, "norm": "batch"})"},
        {clothes, R"({"kind": "resnet", "stem": "small"})"},
        {clothes, R"({"kind": "vit"})"},
        {clothes, R"({"kind": "rnn", "hidden_size": 16})"},
        {clothes, R"({"kind": "transformer", "dropout": 0.1})"},
        {R"({"source": "tones", "rows": 60})", R"({"kind": "cnn1d"})"},
        {R"({"source": {"kind": "fashion-scenes", "size": 40}, "task": "segmentation", "rows": 60})",
         R"({"kind": "unet", "depth": 2, "width": 6})"},
        {R"({"source": "fashion-mnist", "rows": 60, "task": "reconstruction"})", R"({"kind": "autoencoder"})"}};
    CHECK(families.size() == model::allArchitectures().family().entries.size());
    for (const auto& [rows, network] : families) {
        INFO(network);
        const base::Value spec = resolved(R"({"data": )" + rows + R"(, "model": )" + network +
                                          R"(, "train": {"steps": 8, "batch_size": 8, "optimizer": "adamw"}})");
        std::vector<std::string> digests;
        for (const bool watched : {false, false, true}) {
            auto engine = train::Engine::make(spec, "cuda:0", nullptr, 1);
            REQUIRE(engine);
            events::StepTrace trace;
            for (int step = 0; step < 8; ++step)
                (*engine)->advance(watched ? &trace : nullptr);
            digests.push_back((*engine)->learner().digest());
        }
        CHECK(digests[0] == digests[1]);
        CHECK(digests[0] == digests[2]);
    }
}

TEST_CASE("a list of GPUs is read and written")
{
    CHECK(tensor::cudaNumbers("cuda:0,1,3") == std::vector<std::int64_t>{0, 1, 3});
    CHECK(tensor::cudaNumbers("cuda:12") == std::vector<std::int64_t>{12});
    for (const char* none : {"cpu", "cuda", "auto", "cuda:", "cuda:0,", "cuda:,1", "cuda:0;1", "cuda:-1", "cuda:1000"})
        CHECK(tensor::cudaNumbers(none).empty());
    CHECK(tensor::cudaName({2, 0}) == "cuda:2,0");
    for (const char* wrong : {"cuda:0;1", "gpu", "cuda:0,0"}) {
        const auto refused = tensor::resolveDevices(wrong, 2);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == base::ErrorKind::Usage);
    }
    CHECK(*tensor::resolveDevices("cpu", 3) == "cpu");
    // Without a GPU for each, the processor.
    CHECK(*tensor::resolveDevices("auto", 1000) == "cpu");
}

TEST_CASE("ranks take the GPUs of their machine in turns")
{
    spec::DistributedSpec how;
    how.strategy = "ddp";
    const auto taken = [&](std::int64_t localRank, std::int64_t localSize, const char* devices) {
        return *deviceOfRank({.rank = 8 + localRank, .size = 16, .localRank = localRank, .localSize = localSize},
                             devices, how);
    };
    CHECK(taken(0, 2, "cuda:0,1") == "cuda:0");
    CHECK(taken(1, 2, "cuda:0,1") == "cuda:1");
    CHECK(taken(1, 2, "cuda:3,2") == "cuda:2");
    CHECK(taken(2, 3, "cuda:0,1") == "cuda:0");
    CHECK(taken(1, 2, "cuda:0") == "cuda:0");
    CHECK(taken(1, 2, "cpu") == "cpu");
}

TEST_CASE("ranks that cannot share a GPU are told so before they start")
{
    spec::DistributedSpec how;
    how.strategy = "ddp";
    const Place two{.size = 2, .localSize = 2};
    const Place threads{.size = 2, .localSize = 2, .starter = "threads"};
    const auto refused = [&](const Place& place, const char* devices) {
        const auto device = deviceOfRank(place, devices, how);
        REQUIRE_FALSE(device);
        return device.error();
    };
    CHECK(refused(threads, "cuda:0").message.find("1 GPU") != std::string::npos);
    CHECK(refused(threads, "cuda:0").advice.find("launch") != std::string::npos);
    CHECK(*deviceOfRank(threads, "cuda:0,1", how) == "cuda:0");
    how.backend = "nccl";
    CHECK(refused(two, "cuda:0").where == "/distributed/backend");
    CHECK(refused(two, "cpu").where == "/distributed/backend");
    CHECK(*deviceOfRank(two, "cuda:0,1", how) == "cuda:0");
    how.onFailure = "replace";
    CHECK(refused(two, "cuda:0,1").where == "/distributed/on_failure");
    how.onFailure = "stop";
    how.shardOptimizer = true;
    CHECK(*deviceOfRank(two, "cuda:0,1", how) == "cuda:0");
    how.backend = "gloo";
    how.strategy = "pipeline";
    CHECK(*deviceOfRank(two, "cuda:0", how) == "cuda:0");
}

TEST_CASE("steps are measured of what is learned of pixels and of the rows themselves")
{
    for (
        const char* text :
        {R"({"data": {"source": {"kind": "fashion-scenes", "size": 40, "max_items": 1}, "task": "segmentation", "rows": 40},
             "model": {"kind": "unet", "depth": 1, "width": 2}, "train": {"batch_size": 4, "steps": 3}})",
         R"({"data": {"source": "fashion-mnist", "rows": 60, "task": "reconstruction"},
             "model": {"kind": "autoencoder", "hidden": [8], "bottleneck": 2}, "train": {"batch_size": 4, "steps": 3}})"}) {
        const spec::Experiment experiment = spec::read(resolved(text));
        const auto data = data::DataModule::open(experiment, true);
        REQUIRE(data);
        const auto cost = train::measureSteps(experiment, data->info(), {.batchSize = 4}, "cpu", 0, 0);
        REQUIRE(cost);
        CHECK(cost->secondsPerStep > 0);
    }
}

std::string digestAfter(const base::Value& spec, const std::string& device, std::int64_t steps,
                        std::shared_ptr<train::ranks::World> world = {})
{
    auto engine = train::Engine::make(spec, device, nullptr, 1, std::move(world));
    if (!engine)
        FAIL(base::describe(engine.error()));
    for (std::int64_t step = 0; step < steps; ++step)
        (*engine)->advance();
    return (*engine)->learner().digest();
}

TEST_CASE("a rank alone over NCCL or Gloo ends where a GPU without ranks ends", "[gpu]")
{
    if (const std::string missing = tensor::whyNoCuda(); !missing.empty()) {
        WARN("skipped: " << missing);
        return;
    }
    base::Value spec = moons(5, 1, 0);
    const std::string alone = digestAfter(spec, "cuda:0", 12);
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    for (const char* backend : {"gloo", "nccl"}) {
        INFO(backend);
        REQUIRE(spec.setAt("distributed.backend", backend));
        const train::ranks::Crew crew(1, 20);
        REQUIRE(crew.world()->meet());
        CHECK(digestAfter(spec, "cuda:0", 12, crew.world()) == alone);
    }
}

TEST_CASE("ranks as threads on two GPUs learn what one learns", "[gpu]")
{
    if (tensor::devices().size() < 3) {
        WARN("skipped: this machine has no two GPUs");
        return;
    }
    const base::Value one = moons(5, 1, 0);
    base::Value two = one;
    for (const auto& [path, value] :
         std::vector<std::pair<std::string, base::Value>>{{"distributed.strategy", "ddp"},
                                                          {"distributed.world_size", std::int64_t(2)},
                                                          {"distributed.backend", "nccl"},
                                                          {"train.batch_size", std::int64_t(8)}})
        REQUIRE(two.setAt(path, value));
    std::vector<double> losses;
    for (const auto& [spec, device] : {std::pair(one, "cuda:0"), {two, "cuda:0,1"}}) {
        const TempFolder folder;
        auto run = Session::create(spec, {folder.path(), device});
        REQUIRE(run);
        (*run)->start();
        const events::RunFinished end = (*run)->wait();
        INFO(base::describe(end.error));
        REQUIRE(end.state == events::RunState::Completed);
        for (const auto& [name, value] : end.metrics)
            if (name == "validation/loss")
                losses.push_back(value);
    }
    REQUIRE(losses.size() == 2);
    CHECK(losses[0] == Approx(losses[1]).margin(1e-3));
}

}
