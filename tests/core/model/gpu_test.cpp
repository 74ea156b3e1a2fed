// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/dropout.h"
#include "core/model/network.h"
#include "core/tensor/device.h"
#include "core/train/device_step.h"
#include "core/train/engine.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "tests/support/sessions.h"

namespace tests::gpu {

using namespace core;
using base::Array;
using base::Object;
using base::Pick;

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

}
