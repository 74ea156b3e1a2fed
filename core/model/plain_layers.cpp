// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/plain_layers.h"

#include "core/model/shape.h"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace core::model {

namespace {

template <class... Visitors>
struct LayerVisitor : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
LayerVisitor(Visitors...) -> LayerVisitor<Visitors...>;

bool isHidden(const PlainLayer& layer)
{
    const auto* dropout = std::get_if<Dropout>(&layer);
    return dropout && !dropout->numbered;
}

std::vector<ParameterInfo> tensorsOf(const PlainLayer& layer, const Shape& input, const std::string& name)
{
    Shape weight;
    if (const auto* linear = std::get_if<Linear>(&layer))
        weight = {linear->outputs, input[0]};
    else if (const auto* conv = std::get_if<Conv2d>(&layer))
        weight = {conv->channels, input[0], conv->kernel, conv->kernel};
    else if (std::holds_alternative<BatchNorm>(layer) || std::holds_alternative<GroupNorm>(layer))
        weight = {input[0]};
    else
        return {};
    const std::string prefix = name.empty() ? name : name + ".";
    return {{prefix + "weight", weight}, {prefix + "bias", {weight[0]}}};
}

std::string squareOf(std::int64_t side)
{
    return textOf({side, side});
}

std::string shareOf(double p)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, p).ptr};
}

constexpr const char* activationTypes[] = {"ReLU", "Tanh", "Sigmoid", "LeakyReLU", "ELU", "GELU", "SiLU"};

}

std::string typeOf(const PlainLayer& layer, const Shape& input)
{
    return std::visit(
        LayerVisitor{
            [](const Linear&) -> std::string { return "Linear"; },
            [](const Conv2d&) -> std::string { return "Conv2d"; },
            [&](const BatchNorm&) -> std::string { return input.size() == 3 ? "BatchNorm2d" : "BatchNorm1d"; },
            [&](const GroupNorm& norm) -> std::string {
                return norm.groups == 0                        ? "InstanceNorm2d"
                       : norm.groups == 1 && input.size() == 1 ? "LayerNorm"
                                                               : "GroupNorm";
            },
            [](Activation activation) -> std::string { return activationTypes[int(activation)]; },
            [](const Dropout&) -> std::string { return "Dropout"; },
            [](const MaxPool2d&) -> std::string { return "MaxPool2d"; },
            [](const Flatten&) -> std::string { return "Flatten"; },
        },
        layer);
}

namespace {

std::string wordsOf(const PlainLayer& layer, const Shape& input, const Shape& output)
{
    const std::string change = textOf(input) + " → " + textOf(output);
    return std::visit(LayerVisitor{
                          [&](const Linear&) { return change; },
                          [](const Conv2d& conv) {
                              return squareOf(conv.kernel) + ", " + std::to_string(conv.channels) + " channels";
                          },
                          [&](const BatchNorm&) {
                              return std::to_string(input[0]) + (input.size() == 3 ? " channels" : " features");
                          },
                          [&](const GroupNorm& norm) {
                              return std::to_string(input[0]) + (input.size() == 3 ? " channels" : " features") +
                                     (norm.groups > 0 && input.size() == 3 ? " in " + std::to_string(norm.groups) : "");
                          },
                          [](Activation) { return std::string(); },
                          [](const Dropout& dropout) { return "p = " + shareOf(dropout.p); },
                          [](const MaxPool2d& pool) { return squareOf(pool.size); },
                          [&](const Flatten&) { return change; },
                      },
                      layer);
}

std::int64_t parametersOf(const PlainLayer& layer, const Shape& input)
{
    return std::visit(
        LayerVisitor{
            [&](const Linear& linear) { return (input[0] + 1) * linear.outputs; },
            [&](const Conv2d& conv) { return (input[0] * conv.kernel * conv.kernel + 1) * conv.channels; },
            [&](const BatchNorm&) { return 2 * input[0]; },
            [&](const GroupNorm&) { return 2 * input[0]; },
            [](const auto&) { return std::int64_t(0); },
        },
        layer);
}

std::string problemOf(const PlainLayer& layer, const Shape& input)
{
    const std::string needsPicture =
        "needs pictures (channels × height × width), but gets " + textOf(input) + " numbers: use mlp or linear";
    return std::visit(
        LayerVisitor{
            [&](const Linear&) { return "needs rows of numbers, but gets " + textOf(input) + ": flatten it first"; },
            [&](const Conv2d& conv) {
                return input.size() != 3 ? needsPicture
                                         : "a kernel of " + squareOf(conv.kernel) + " does not fit into a picture of " +
                                               textOf({input[1], input[2]});
            },
            [&](const MaxPool2d& pool) {
                return input.size() != 3 ? needsPicture
                                         : "a window of " + squareOf(pool.size) + " does not fit into a picture of " +
                                               textOf({input[1], input[2]}) + ": use fewer or smaller ones";
            },
            [&](const GroupNorm& norm) {
                return norm.groups == 0
                           ? "is over the pixels of each channel, and rows have none: use layer, group or batch"
                           : std::to_string(input[0]) + " channels cannot be divided into " +
                                 std::to_string(norm.groups) + " groups of one size: choose another norm_groups";
            },
            [&](const auto&) { return "does not fit behind " + textOf(input); },
        },
        layer);
}

}

const std::vector<std::string>& activationNames()
{
    static const std::vector<std::string> names{"relu", "tanh", "sigmoid", "leaky_relu", "elu", "gelu", "silu"};
    return names;
}

Activation activationOf(const std::string& name)
{
    const auto found = std::find(activationNames().begin(), activationNames().end(), name);
    assert(found != activationNames().end());
    return Activation(found - activationNames().begin());
}

std::string nameOf(const PlainLayers& layers, std::size_t place)
{
    if (layers.bare)
        return "";
    const auto hidden = std::count_if(layers.list.begin(), layers.list.begin() + std::ptrdiff_t(place), isHidden);
    return std::to_string(std::ptrdiff_t(place) - hidden);
}

std::optional<Shape> shapeBehind(const PlainLayer& layer, const Shape& input)
{
    const bool picture = input.size() == 3;
    return std::visit(
        LayerVisitor{
            [&](const Linear& linear) {
                return input.size() == 1 ? std::optional(Shape{linear.outputs}) : std::nullopt;
            },
            [&](const Conv2d& conv) -> std::optional<Shape> {
                const std::int64_t shrink = conv.kernel - 1 - 2 * conv.padding;
                if (!picture || input[1] <= shrink || input[2] <= shrink)
                    return {};
                return Shape{conv.channels, input[1] - shrink, input[2] - shrink};
            },
            [&](const BatchNorm&) { return picture || input.size() == 1 ? std::optional(input) : std::nullopt; },
            [&](const GroupNorm& norm) {
                const bool fits = norm.groups == 0 ? picture : input[0] % norm.groups == 0;
                return fits && (picture || input.size() == 1) ? std::optional(input) : std::nullopt;
            },
            [&](const MaxPool2d& pool) -> std::optional<Shape> {
                if (!picture || input[1] < pool.size || input[2] < pool.size)
                    return {};
                return Shape{input[0], input[1] / pool.size, input[2] / pool.size};
            },
            [&](const Flatten&) { return std::optional(Shape{elementsOf(input)}); },
            [&](const auto&) { return std::optional(input); },
        },
        layer);
}

std::vector<std::int64_t> inputOf(const PlainLayers& layers, const std::vector<std::int64_t>& inputShape)
{
    return layers.rows ? Shape{elementsOf(inputShape)} : inputShape;
}

std::vector<LayerInfo> describe(const PlainLayers& layers, std::vector<std::int64_t> inputShape)
{
    std::vector<LayerInfo> all;
    Shape shape = inputOf(layers, inputShape);
    if (shape != inputShape)
        all.push_back({"", "Flatten", textOf(inputShape) + " → " + textOf(shape), shape});
    bool known = true;
    for (std::size_t i = 0; i < layers.list.size(); ++i) {
        const PlainLayer& layer = layers.list[i];
        if (isHidden(layer))
            continue;
        LayerInfo info{nameOf(layers, i), typeOf(layer, shape), {}, {}};
        if (const auto behind = known ? shapeBehind(layer, shape) : std::nullopt) {
            info.text = wordsOf(layer, shape, *behind);
            info.parameters = parametersOf(layer, shape);
            info.tensors = tensorsOf(layer, shape, info.name);
            info.outputShape = shape = *behind;
        } else if (known) {
            info.problem = problemOf(layer, shape);
            known = false;
        }
        all.push_back(std::move(info));
    }
    return all;
}

}
