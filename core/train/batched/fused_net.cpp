// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/batched/fused_net.h"

#include "core/model/dropout.h"
#include "core/model/sequence.h"
#include "core/spec/experiment.h"
#include "core/train/learner.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>

namespace core::train::batched {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::int64_t rowsOfPass = 64; ///< that are predicted at once: their values stay in the cache

Error misfit(const std::string& what, const std::string& where, const std::string& advice)
{
    return {ErrorKind::Spec, "fused: " + what, where, advice};
}

at::Tensor plain(const at::Tensor& values)
{
    return values.to(at::kFloat).contiguous();
}

}

std::optional<Error> whyNotFused(const spec::Experiment& experiment, const std::string& device)
{
    const std::string leave = "Leave model.fused off";
    if (experiment.model.kind != "mlp")
        return misfit("only an mlp is computed in one kernel, this is " + experiment.model.kind, "/model/kind", leave);
    if (device != "cpu")
        return misfit("the kernel is one for the processor, not for " + device, "/model/fused", leave);
    const base::Value& params = experiment.model.params;
    if (const std::string& norm = params["norm"].text(); !norm.empty() && norm != "none")
        return misfit(norm + " norm is not in the kernel", "/model/norm", leave + ", or norm at none");
    const spec::ModelSpec own = spec::modelFields().read(params);
    if (own.lora)
        return misfit("adapters are not in the kernel", "/model/lora", leave);
    if (!(own.freeze.isText() && own.freeze.text() == "none") || experiment.train.unfreeze)
        return misfit("every layer learns there", "/model/freeze", leave + ", or freeze nothing");
    if (experiment.train.precision != "32-true")
        return misfit("the kernel computes in float32", "/train/precision", leave + ", or precision at 32-true");
    return {};
}

double workOfStep(const spec::Experiment& experiment, std::int64_t inputs, std::int64_t outputs)
{
    std::vector<std::int64_t> widths;
    const base::Value& hidden = experiment.model.params["hidden"];
    for (const base::Value& each : hidden.array())
        widths.push_back(each.toInt());
    if (hidden.isInt())
        widths.push_back(hidden.toInt());
    if (const base::Value& layers = experiment.model.params["num_layers"]; layers.isInt() && !widths.empty())
        widths.resize(std::size_t(layers.toInt()), widths.front());
    widths.push_back(outputs);
    double products = 0;
    for (const std::int64_t width : widths) {
        products += double(inputs) * double(width);
        inputs = width;
    }
    return 3 * products * double(experiment.train.batchSize.toInt(1 << 20));
}

void FusedNet::follow()
{
    std::vector<Layer> layers;
    std::size_t parameter = 0;
    std::uint64_t place = 0;
    for (const model::PlainLayer& each : model::layersIn(m_network)) {
        if (std::holds_alternative<model::Linear>(each)) {
            const at::Tensor& weight = m_network.parameters()[parameter].tensor;
            layers.push_back({weight.size(1), weight.size(0)});
            parameter += 2;
        } else if (const auto* activation = std::get_if<model::Activation>(&each)) {
            layers.back().activation = *activation;
        } else if (const auto* dropout = std::get_if<model::Dropout>(&each)) {
            layers.back().dropout = dropout->p;
            layers.back().place = place;
        }
        ++place;
    }
    m_layers = std::move(layers);
}

void FusedNet::follow(const spec::TrainSpec& train, bool classifies)
{
    m_formula = Formula::Graph;
    const std::string kind = train.loss ? train.loss->kind : classifies ? "cross_entropy" : "mse";
    const base::Value& params = train.loss ? train.loss->params : base::Value();
    if (kind == "cross_entropy") {
        const base::Value& weights = params["class_weights"];
        if (weights.isNull() || (weights.isText() && weights.text() == "none"))
            m_formula = Formula::CrossEntropy;
        m_smoothing = params["label_smoothing"].toReal(0);
    } else if (kind == "mse") {
        m_formula = Formula::SquaredError;
    } else if (kind == "bce" && m_layers.back().outputs == 1) {
        const base::Value& weights = params["pos_weight"];
        if (weights.isNull() || (weights.array().size() == 1 && weights.array().front().toReal() == 1))
            m_formula = Formula::BinaryCrossEntropy;
    }
}

const float* FusedNet::parameter(std::size_t place) const
{
    // The experiment's precision says that they are float32.
    return static_cast<const float*>(m_network.parameters()[place].tensor.const_data_ptr());
}

// `mode`: of training; nullptr: evaluating.
void FusedNet::forward(const float* rows, std::int64_t count, const model::Mode* mode)
{
    const std::int64_t stride = strideOf(count);
    m_input.resize(std::size_t(m_layers.front().inputs * stride));
    m_kernel.turn(rows, count, m_layers.front().inputs, m_input.data());
    const float* in = m_input.data();
    std::size_t place = 0;
    for (Layer& layer : m_layers) {
        const std::int64_t numbers = layer.outputs * stride;
        layer.sums.resize(std::size_t(numbers));
        m_kernel.affine(parameter(place), parameter(place + 1), in, layer.inputs, layer.outputs, stride,
                        layer.sums.data());
        place += 2;
        layer.out = layer.sums.data();
        if (layer.activation) {
            layer.values.resize(std::size_t(numbers));
            m_kernel.activate(*layer.activation, layer.sums.data(), numbers, layer.values.data());
            layer.out = layer.values.data();
        }
        layer.masked = mode && layer.dropout > 0;
        if (layer.masked)
            drop(layer, count, *mode);
        in = layer.out;
    }
}

void FusedNet::drop(Layer& layer, std::int64_t count, const model::Mode& mode)
{
    const std::int64_t numbers = layer.outputs * strideOf(count);
    const at::Tensor mask =
        model::dropoutMask(count * layer.outputs, at::kFloat, at::kCPU, layer.dropout, mode, layer.place);
    layer.mask.resize(std::size_t(numbers));
    m_kernel.turn(mask.const_data_ptr<float>(), count, layer.outputs, layer.mask.data());
    layer.dropped.assign(layer.out, layer.out + numbers);
    m_kernel.multiply(layer.mask.data(), numbers, layer.dropped.data());
    layer.out = layer.dropped.data();
}

// From the slope of the last layer's sums, which stands in their place.
void FusedNet::backward(std::int64_t stride, bool add)
{
    const float* slope = m_layers.back().sums.data();
    for (std::size_t i = m_layers.size(); i-- > 0;) {
        const Layer& layer = m_layers[i];
        std::array<float*, 2> into;
        for (std::size_t k = 0; k < 2; ++k) {
            const at::Tensor& of = m_network.parameters()[2 * i + k].tensor;
            at::Tensor& gradient = const_cast<at::Tensor&>(of).mutable_grad();
            if (!gradient.defined())
                gradient = at::zeros_like(of.detach());
            into[k] = static_cast<float*>(gradient.mutable_data_ptr());
        }
        const float* in = i > 0 ? m_layers[i - 1].out : m_input.data();
        m_kernel.affineSlopes(in, slope, layer.inputs, layer.outputs, stride, add, into[0], into[1]);
        if (i == 0)
            break;
        Layer& before = m_layers[i - 1];
        const std::int64_t numbers = before.outputs * stride;
        before.slope.resize(std::size_t(numbers));
        m_kernel.affineBack(parameter(2 * i), slope, layer.inputs, layer.outputs, stride, before.slope.data());
        if (before.masked)
            m_kernel.multiply(before.mask.data(), numbers, before.slope.data());
        if (before.activation)
            m_kernel.activateBack(*before.activation, before.sums.data(), before.values.data(), numbers,
                                  before.slope.data());
        slope = before.slope.data();
    }
}

Judged FusedNet::judge(const at::Tensor& target, std::int64_t count, const Loss& loss, double factor)
{
    float* scores = m_layers.back().sums.data();
    const std::int64_t outputs = m_layers.back().outputs;
    const bool ids = target.dim() == 1 && target.scalar_type() == at::kLong && target.is_contiguous();
    if (m_formula == Formula::CrossEntropy && ids)
        return m_kernel.crossEntropy(scores, target.const_data_ptr<std::int64_t>(), count, outputs, m_smoothing,
                                     factor);
    if (m_formula == Formula::BinaryCrossEntropy && ids)
        return m_kernel.binaryCrossEntropy(scores, target.const_data_ptr<std::int64_t>(), count, factor);
    if (m_formula == Formula::SquaredError && target.is_floating_point() && target.numel() == count * outputs)
        return m_kernel.squaredError(scores, plain(target).const_data_ptr<float>(), count, outputs, factor);
    return judgeByGraph(target, count, loss, factor);
}

// What no formula is here for goes by the operators, from the outputs on.
Judged FusedNet::judgeByGraph(const at::Tensor& target, std::int64_t count, const Loss& loss, double factor)
{
    Layer& last = m_layers.back();
    at::Tensor output = tensor::empty({count, last.outputs});
    m_kernel.turnBack(last.sums.data(), count, last.outputs, output.mutable_data_ptr<float>());
    output.set_requires_grad(true);
    const at::AutoGradMode graph(true);
    const at::Tensor value = loss.compute(output, target);
    value.backward(tensor::zeros({}, value.scalar_type()).fill_(factor));
    const at::Tensor slope = plain(output.grad());
    m_kernel.turn(slope.const_data_ptr<float>(), count, last.outputs, last.sums.data());
    const at::NoGradGuard noGraph;
    Judged judged{value.item<double>(), 0};
    if (loss.classifies())
        judged.right = std::int64_t(countCorrect(loss.predictionOf(output.detach()), target));
    return judged;
}

Judged FusedNet::learn(const data::Batch& batch, const Loss& loss, const model::Mode& mode, double factor, bool add)
{
    const std::int64_t count = batch.input.size(0);
    const at::Tensor input = plain(batch.input);
    forward(input.const_data_ptr<float>(), count, &mode);
    const Judged judged = judge(batch.target, count, loss, factor);
    backward(strideOf(count), add);
    return judged;
}

at::Tensor FusedNet::predict(const at::Tensor& given)
{
    const std::int64_t rows = given.size(0), outputs = m_layers.back().outputs;
    const at::Tensor input = plain(given);
    at::Tensor all = tensor::empty({rows, outputs});
    const std::int64_t inputs = m_layers.front().inputs;
    for (std::int64_t row = 0; row < rows; row += rowsOfPass) {
        const std::int64_t count = std::min(rowsOfPass, rows - row);
        forward(input.const_data_ptr<float>() + row * inputs, count, nullptr);
        m_kernel.turnBack(m_layers.back().sums.data(), count, outputs, all.mutable_data_ptr<float>() + row * outputs);
    }
    return all;
}

}
