// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/adapters.h"
#include "core/model/freezing.h"
#include "core/model/initialize.h"

#include <ATen/ops/mm.h>

namespace tests::freezing {

using namespace core;
using namespace core::model;
using base::Array;
using base::Object;
using base::Value;

std::unique_ptr<Network> networkOf(const std::string& kind, Object params, std::vector<std::int64_t> shape,
                                   std::int64_t outputs, std::uint64_t seed = 1)
{
    auto architecture = allArchitectures().make({kind, std::move(params)});
    REQUIRE(architecture);
    auto network = (*architecture)->build({std::move(shape), outputs, seed});
    if (!network)
        FAIL(base::describe(network.error()));
    return std::move(*network);
}

// What is frozen, as `layer1.0 fc`: the blocks of frozen parameters, each once.
std::string frozen(const std::vector<ParameterInfo>& parameters, const Value& freeze, std::int64_t thawed = 0,
                   std::optional<spec::UnfreezeSpec> unfreeze = spec::UnfreezeSpec{})
{
    const auto freezing = Freezing::make(parameters, {.freeze = freeze}, unfreeze);
    if (!freezing)
        return base::describe(freezing.error());
    const std::vector<double> rates = freezing->rates(thawed);
    std::string text;
    for (std::size_t i = 0; i < rates.size(); ++i)
        if (const std::string block = blockNameOf(parameters[i].name); rates[i] == 0 && !text.ends_with(" " + block))
            text += " " + block;
    return text;
}

TEST_CASE("freeze means the backbone, blocks from the input, or names")
{
    const auto resnet = describeParameters(*networkOf("resnet", {{"depth", "18"}, {"width", 4}}, {3, 32, 32}, 10));
    CHECK(headOf(resnet) == "fc");
    CHECK(frozen(resnet, "none") == "");
    CHECK(frozen(resnet, 0) == "");
    CHECK(frozen(resnet, 1) == " conv1 bn1");
    CHECK(frozen(resnet, 3) == " conv1 bn1 layer1.0 layer1.1");
    CHECK(frozen(resnet, Array{"layer1", "bn1"}) == " bn1 layer1.0 layer1.1");
    CHECK(frozen(resnet, Array{"layer?.0"}) == " layer1.0 layer2.0 layer3.0 layer4.0");
    CHECK(frozen(resnet, "backbone") ==
          " conv1 bn1 layer1.0 layer1.1 layer2.0 layer2.1 layer3.0 layer3.1 layer4.0 layer4.1");
    CHECK(frozen(resnet, 99).find("nothing is left to learn") != std::string::npos);
    CHECK(frozen(resnet, Array{"layre1.0"}).find("Did you mean \"layer1.0\"?") != std::string::npos);
    CHECK(frozen(resnet, true).find("Write none, backbone") != std::string::npos);
    const auto mlp = describeParameters(*networkOf("mlp", {{"hidden", Array{4, 4}}}, {2}, 2));
    CHECK(headOf(mlp) == "4");
    CHECK(frozen(mlp, "backbone") == " 0 2");
    const auto vit = describeParameters(*networkOf("vit", {}, {1, 28, 28}, 2));
    CHECK(headOf(vit) == "heads.head");
    CHECK(frozen(vit, "backbone").find("heads") == std::string::npos);
}

TEST_CASE("what is frozen thaws from the top, each block at a share of the rate above it")
{
    const auto mlp = describeParameters(*networkOf("mlp", {{"hidden", Array{4, 4, 4}}}, {2}, 2));
    const spec::UnfreezeSpec every{.everyEpochs = 2, .rateFactor = 0.5};
    CHECK(frozen(mlp, "backbone", 1, every) == " 0 2");
    CHECK(frozen(mlp, "backbone", 2, every) == " 0");
    const auto freezing = Freezing::make(mlp, {.freeze = "backbone"}, every);
    REQUIRE(freezing);
    std::vector<std::int64_t> thawed;
    for (std::int64_t epoch = 0; epoch < 9; ++epoch)
        thawed.push_back(freezing->thawedAt(epoch));
    CHECK(thawed == std::vector<std::int64_t>{0, 0, 1, 1, 2, 2, 3, 3, 3});
    CHECK(freezing->rates(2) == std::vector<double>{0, 0, 0.25, 0.25, 0.5, 0.5, 1, 1});
    CHECK(freezing->thawing(0, 2) == "4, 2");
    const auto listed =
        Freezing::make(mlp, {.freeze = "backbone"}, spec::UnfreezeSpec{.atEpochs = {1, 5}, .rateFactor = 1});
    REQUIRE(listed);
    CHECK(listed->thawedAt(0) == 0);
    CHECK(listed->thawedAt(4) == 1);
    CHECK(listed->thawedAt(100) == 2);
}

std::vector<base::Blob> blobsOf(Network& network)
{
    std::vector<base::Blob> blobs;
    for (const auto& [name, tensor] : stateOf(network))
        blobs.push_back(tensor::toBlob(name, tensor));
    return blobs;
}

TEST_CASE("a network with other classes takes over all but its head, and says so")
{
    const Object params{{"hidden", Array{5}}};
    const auto teacher = networkOf("mlp", params, {3}, 10, 1);
    const auto pupil = networkOf("mlp", params, {3}, 2, 2);
    const std::vector<double> own = numbersIn(pupil->parameters()[2].tensor);
    const Weights weights{blobsOf(*teacher), {}};
    const auto notes = initialize(*pupil, weights, {"auto", {"cat", "dog"}, "w"});
    REQUIRE(notes);
    CHECK(*notes == std::vector<std::string>{"2: new, 10 → 2 classes"});
    CHECK(numbersIn(pupil->parameters()[0].tensor) == numbersIn(teacher->parameters()[0].tensor));
    CHECK(numbersIn(pupil->parameters()[2].tensor) == own);
    CHECK_FALSE(initialize(*pupil, weights, {"keep", {"cat", "dog"}, "w"}));

    const auto twin = networkOf("mlp", params, {3}, 10, 3);
    std::vector<std::string> ten;
    for (int i = 0; i < 10; ++i)
        ten.push_back(std::to_string(i));
    REQUIRE(initialize(*twin, {weights.tensors, ten}, {"auto", ten, "w"})->empty());
    CHECK(numbersIn(twin->parameters()[2].tensor) == numbersIn(teacher->parameters()[2].tensor));
    std::vector<std::string> others = ten;
    others[0] = "zero";
    const auto other = initialize(*twin, {weights.tensors, ten}, {"auto", others, "w"});
    REQUIRE(other);
    CHECK(*other == std::vector<std::string>{"2: new, for other classes"});

    const auto wide = networkOf("mlp", {{"hidden", Array{6}}}, {3}, 2);
    const auto misfit = initialize(*wide, weights, {"auto", {}, "w"});
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error().message.find("0.weight (5×3 instead of 6×3)") != std::string::npos);
}

// Every step's gradients stand in .grad() as autograd leaves them.
void learn(Network& network, const at::Tensor& input)
{
    for (const auto& parameter : network.parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    network.forward(input, {.training = true}).square().sum().backward();
    network.gradientsDone();
}

TEST_CASE("frozen layers get no gradient, and frozen batch norm keeps its statistics, in both kinds of networks")
{
    struct Case {
        std::string kind;
        Object params;
        std::vector<std::int64_t> shape;
    };
    for (const Case& one :
         {Case{"mlp", {{"hidden", Array{5, 4}}, {"norm", "batch"}}, {3}},
          Case{"cnn", {{"channels", Array{2, 3}}, {"hidden", Array{4}}, {"norm", "batch"}}, {1, 8, 8}},
          Case{"resnet", {{"depth", "18"}, {"width", 2}}, {1, 8, 8}}}) {
        INFO(one.kind);
        const auto all = networkOf(one.kind, one.params, one.shape, 2);
        const auto part = networkOf(one.kind, one.params, one.shape, 2);
        const auto parameters = describeParameters(*part);
        const auto freezing = Freezing::make(parameters, {.freeze = "backbone"});
        REQUIRE(freezing);
        const std::vector<double> rates = freezing->rates(0);
        for (std::size_t i = 0; i < rates.size(); ++i)
            part->parameters()[i].tensor.set_requires_grad(rates[i] > 0);
        part->freezingChanged();
        std::vector<std::int64_t> shape = one.shape;
        shape.insert(shape.begin(), 6);
        const at::Tensor input = tensorOf(wave(6 * shape[1] * (shape.size() > 2 ? 64 : 1), 0.3), shape, at::kFloat);
        std::vector<std::vector<double>> before;
        for (const auto& buffer : part->buffers())
            before.push_back(numbersIn(buffer.tensor));
        learn(*part, input);
        learn(*all, input);
        for (std::size_t i = 0; i < rates.size(); ++i) {
            INFO(parameters[i].name);
            CHECK(part->parameters()[i].tensor.grad().defined() == (rates[i] > 0));
            CHECK(all->parameters()[i].tensor.grad().defined());
        }
        for (std::size_t i = 0; i < before.size(); ++i)
            CHECK(numbersIn(part->buffers()[i].tensor) == before[i]);
        CHECK(numbersIn(all->buffers()[0].tensor) != before[0]);
    }
}

TEST_CASE("gradients above frozen layers, and between them, are those that there are without freezing")
{
    const Object params{{"hidden", Array{5, 4, 3}}, {"activation", "tanh"}};
    const auto all = networkOf("mlp", params, {3}, 2), part = networkOf("mlp", params, {3}, 2);
    for (const auto& parameter : part->parameters())
        parameter.tensor.set_requires_grad(parameter.name[0] == '2' || parameter.name[0] == '6');
    part->freezingChanged();
    const at::Tensor input = tensorOf(wave(12, 0.1), {4, 3}, at::kFloat);
    learn(*all, input);
    learn(*part, input);
    for (std::size_t i = 0; i < all->parameters().size(); ++i) {
        const auto& [name, tensor] = part->parameters()[i];
        INFO(name);
        REQUIRE(tensor.grad().defined() == (name[0] == '2' || name[0] == '6'));
        if (tensor.grad().defined())
            CHECK(numbersIn(tensor.grad()) == numbersIn(all->parameters()[i].tensor.grad()));
    }
}

TEST_CASE("adapters begin as nothing, learn as the product of two small matrices, and end in the plain weights")
{
    const auto base = networkOf("cnn", {{"channels", Array{3}}, {"hidden", Array{4}}}, {1, 6, 6}, 2);
    auto made = withAdapters(networkOf("cnn", {{"channels", Array{3}}, {"hidden", Array{4}}}, {1, 6, 6}, 2),
                             {.rank = 2, .alpha = 6}, 7);
    REQUIRE(made);
    Network& network = **made;
    const at::Tensor input = tensorOf(wave(5 * 36, 0.2), {5, 1, 6, 6}, at::kFloat);
    CHECK(numbersIn(network.forward(input, {})) == numbersIn(base->forward(input, {})));
    const auto parameters = describeParameters(network);
    CHECK(adaptedWeights(describeParameters(*base), {}) == std::vector<std::string>{"0.weight", "4.weight"});
    std::int64_t adapters = 0;
    for (const ParameterInfo& parameter : parameters)
        if (isAdapter(parameter.name))
            adapters += parameter.shape[0] * parameter.shape[1];
    CHECK(adapters == adapterParameters({3, 1, 3, 3}, 2) + adapterParameters({4, 27}, 2));

    const auto freezing = Freezing::make(parameters, {.lora = spec::LoraSpec{}});
    REQUIRE(freezing);
    const std::vector<double> rates = freezing->rates(0);
    for (std::size_t i = 0; i < rates.size(); ++i)
        network.parameters()[i].tensor.set_requires_grad(rates[i] > 0);
    network.freezingChanged();
    for (int step = 0; step < 3; ++step) {
        learn(network, input);
        const at::NoGradGuard noGraph;
        for (std::size_t i = 0; i < rates.size(); ++i) {
            const at::Tensor& tensor = network.parameters()[i].tensor;
            REQUIRE(tensor.grad().defined() == (rates[i] > 0));
            if (tensor.grad().defined())
                tensor.add_(tensor.grad(), -0.01);
        }
        network.parametersMoved();
    }
    for (const auto& [name, tensor] : network.plain().parameters()) {
        const auto before = std::ranges::find(base->parameters(), name, &tensor::NamedTensor::name)->tensor;
        const bool moved = numbersIn(tensor) != numbersIn(before);
        INFO(name);
        CHECK(moved == (name == "0.weight" || name == "4.weight" || name.starts_with("6.")));
    }
}

TEST_CASE("a step of adapters is that of PyTorch with W + alpha / rank · B · A, in float64")
{
    const Value golden = tests::golden("lora.json").front();
    auto made = withAdapters(networkOf("mlp", {{"hidden", Array{4}}, {"activation", "tanh"}}, {3}, 2),
                             {.rank = golden["rank"].toInt(), .alpha = golden["alpha"].toReal()}, 7);
    REQUIRE(made);
    Network& network = **made;
    {
        const at::NoGradGuard noGraph;
        for (const auto* list : {&network.parameters(), &network.buffers()})
            for (const auto& [name, tensor] : *list) {
                const Value* values = golden["before"].object().find(name);
                tensor.set_data(values ? tensorOf(flat(*values), tensor.sizes().vec()) : tensor.to(at::kDouble));
            }
    }
    network.plainReplaced();
    for (const auto& [name, tensor] : network.parameters())
        tensor.set_requires_grad(isAdapter(name) || name.starts_with("2."));
    network.freezingChanged();
    const at::Tensor input = tensorOf(flat(golden["input"]), {5, 3});
    for (std::int64_t step = 0; step < golden["steps"].toInt(); ++step) {
        learn(network, input);
        const at::NoGradGuard noGraph;
        for (const auto& [name, tensor] : network.parameters())
            if (tensor.grad().defined())
                tensor.add_(tensor.grad(), -golden["lr"].toReal());
        network.parametersMoved();
    }
    for (const auto& [name, tensor] : network.parameters()) {
        const Value* values = golden["after"].object().find(name);
        if (!values)
            continue;
        INFO(name);
        CHECK(distance(numbersIn(tensor), flat(*values)) < 1e-10);
    }
    CHECK(distance(numbersIn(network.forward(input, {})), flat(golden["output"])) < 1e-10);
}

}
