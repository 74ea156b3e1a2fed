// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network.h"
#include "core/train/engine.h"
#include "core/train/look.h"

#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <map>

namespace core::train::look_sample {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::int64_t mostNumbers = 1 << 14; ///< of an output without channels

std::vector<float> copied(const at::Tensor& tensor)
{
    const at::Tensor here = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {here.const_data_ptr<float>(), here.const_data_ptr<float>() + here.numel()};
}

// `tensor` without a batch.
Stack stackOf(const std::string& name, const at::Tensor& tensor, std::int64_t channels)
{
    Stack stack{name, {}, tensor.sizes().vec(), {}, 0};
    if (tensor.dim() == 0) {
        stack.values = copied(tensor.reshape({1}));
        stack.shown = 1;
        return stack;
    }
    stack.shown = std::min(tensor.size(0), tensor.dim() > 1 ? channels : mostNumbers);
    stack.values = copied(tensor.slice(0, 0, stack.shown));
    return stack;
}

std::map<std::string, std::string> typesOf(const Engine& engine)
{
    std::map<std::string, std::string> types;
    const auto architecture = model::allArchitectures().make(engine.experiment().model);
    if (!architecture)
        return types;
    const data::DatasetInfo& info = engine.data().info();
    for (const model::LayerInfo& layer :
         (*architecture)->describe({info.inputShape, engine.learner().loss().outputs(info)}))
        types.emplace(layer.name, layer.type);
    return types;
}

// |∂ output[target] / ∂ input| of one row, of a picture of scores the sum over its pixels; parameters' gradients stay
// as they are.
at::Tensor slope(Learner& learner, const at::Tensor& input, std::int64_t target, bool absolute)
{
    const at::AutoGradMode graph(true);
    const at::Tensor leaf = input.detach().clone().set_requires_grad(true);
    const at::Tensor output = learner.look(leaf, nullptr);
    const std::vector<at::Tensor> inputs{leaf};
    (output.dim() == 4 ? output[0].sum({1, 2}) : output.flatten())[target].backward({}, false, false,
                                                                                    at::TensorList(inputs));
    const at::Tensor gradient = leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf);
    return absolute ? gradient.abs() : gradient;
}

base::Status explain(Learner& learner, const at::Tensor& input, const SampleWish& wish, SampleLook& look,
                     const Trying& trying)
{
    if (!input.is_floating_point())
        look.noSaliency = "tokens have no slope: they are chosen, not changed a little";
    else if (look.outputs.empty())
        look.noSaliency = "it answers with a whole picture: no single number has a slope";
    if (!look.noSaliency.empty())
        return {};
    look.saliency = stackOf("saliency", slope(learner, input, look.target, true)[0], input.size(1));
    if (wish.smooth <= 0)
        return {};
    const double sigma = wish.noise * (input.max().item<double>() - input.min().item<double>());
    at::Tensor sum = at::zeros_like(input);
    const base::Draw draw(0, "smoothgrad", std::uint64_t(look.row));
    for (std::int64_t copy = 0; copy < wish.smooth; ++copy) {
        at::Tensor noise = tensor::empty(input.sizes().vec());
        float* out = noise.mutable_data_ptr<float>();
        const base::Draw here = draw.within(std::uint64_t(copy));
        for (std::int64_t i = 0; i < noise.numel(); ++i)
            out[i] = float(sigma * here.normal(std::uint64_t(i)));
        sum.add_(slope(learner, input.add(noise.to(input.device(), input.scalar_type())), look.target, false));
        if (trying && !trying(copy + 1, wish.smooth))
            return Error{ErrorKind::Interrupted, "given up", "saliency", {}};
    }
    look.smoothed = stackOf("smoothgrad", sum.div(double(wish.smooth)).abs()[0], input.size(1));
    return {};
}

// What a network that answers with a picture says, and what it should have said.
void findAnswer(const data::DatasetInfo& info, const at::Tensor& output, const data::Batch& batch, SampleLook& look)
{
    if (info.reconstructs()) {
        look.answer = stackOf("answer", output.reshape(batch.input.sizes())[0], batch.input.size(1));
        return;
    }
    const at::Tensor said = output.argmax(1).to(at::kCPU), right = batch.target.to(at::kCPU);
    const at::Tensor counts = right.ge(0);
    look.answer = stackOf("answer", said.to(at::kFloat), 1);
    look.wanted = stackOf("wanted", right.clamp_min(-1).to(at::kFloat), 1);
    look.rightShare =
        said.eq(right).logical_and(counts).sum().item<double>() / std::max(1.0, counts.sum().item<double>());
    for (const float score : copied(output.mean({0, 2, 3})))
        look.outputs.push_back(score);
    look.predicted = std::ranges::max_element(look.outputs) - look.outputs.begin();
}

void findFilters(const Engine& engine, const SampleWish& wish, SampleLook& look)
{
    for (const tensor::NamedTensor& weight : engine.learner().weights())
        if (weight.tensor.dim() == 4 && weight.tensor.size(2) * weight.tensor.size(3) > 1) {
            at::Tensor shown = weight.tensor;
            if (shown.size(1) > 16)
                shown = shown.slice(1, 0, 16);
            look.filters.push_back(stackOf(weight.name, shown, wish.channels));
        }
}

}

base::Result<SampleLook> seen(Engine& engine, const SampleWish& wish, const Trying& trying)
{
    Learner& learner = engine.learner();
    if (!learner.hasGradients())
        return Error{ErrorKind::Usage, "this model has no layers to look into", "model", "Look into a network"};
    const data::DataModule& data = engine.data();
    const data::RowSet& validation = data.rows(data::SplitName::Validation);
    SampleLook look;
    look.step = engine.step();
    look.row = wish.row >= 0 ? wish.row : (validation.empty() ? data.rows(data::SplitName::Train) : validation)[0];
    if (look.row >= data.size())
        return Error{ErrorKind::Usage, "there is no row " + std::to_string(look.row), data.info().name,
                     "Rows are numbered from 0 to " + std::to_string(data.size() - 1)};
    const std::vector<std::int64_t> rows{look.row};
    const data::Batch batch = data.gather(rows);
    if (batch.input.size(0) != 1)
        return Error{ErrorKind::Data, "row " + std::to_string(look.row) + " cannot be used", data.info().name, {}};
    const at::Tensor input = batch.input.to(learner.device());
    const std::map<std::string, std::string> types = typesOf(engine);
    look.input = stackOf("input", input[0], input.size(1));
    at::Tensor output;
    {
        const at::NoGradGuard noGraph;
        const Learner::Outputs told = [&](const model::LayerPass& layer) {
            const at::Tensor& values = layer.output;
            if (values.dim() < 1 || values.size(0) != 1)
                return;
            look.layers.push_back(stackOf(layer.name, values[0], wish.channels));
            if (const auto type = types.find(layer.name); type != types.end())
                look.layers.back().type = type->second;
        };
        output = learner.look(input, &told);
        const at::Tensor target = batch.target.to(output.device());
        look.loss = learner.loss().perItem(output, target).mean().item<double>();
        const at::Tensor said = learner.loss().predictionOf(output);
        const bool picture = data.info().segments() || data.info().reconstructs();
        if (picture)
            findAnswer(data.info(), output, batch, look);
        else
            for (const float value : copied(output.flatten()))
                look.outputs.push_back(value);
        if (!picture && learner.classifies() && said.dim() == 2) {
            for (const float value : copied(at::softmax(said, 1)))
                look.probabilities.push_back(value);
            look.predicted = std::ranges::max_element(look.probabilities) - look.probabilities.begin();
        }
    }
    look.truth = data.info().segments() || data.info().reconstructs() ? 0 : data.target(look.row);
    if (wish.target >= std::int64_t(look.outputs.size()))
        return Error{ErrorKind::Usage, "there is no output " + std::to_string(wish.target), "target",
                     "Outputs are numbered from 0 to " + std::to_string(look.outputs.size() - 1)};
    // Two classes may share one output.
    look.target = wish.target >= 0
                      ? wish.target
                      : std::max<std::int64_t>(0, std::min(look.predicted, std::int64_t(look.outputs.size()) - 1));
    findFilters(engine, wish, look);
    CORE_CHECK(explain(learner, input, wish, look, trying));
    return look;
}

}

namespace core::train {

base::Result<SampleLook> look(Engine& engine, const SampleWish& wish, const Trying& trying)
{
    return look_sample::seen(engine, wish, trying);
}

}
