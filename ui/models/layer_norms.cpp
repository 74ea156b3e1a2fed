// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layer_norms.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ui::models {

using core::store::TensorMap;
using core::store::TensorSeries;

namespace {

constexpr const char* prefixes[] = {"", "gradient/", "update/", "activation/"};

bool isOf(const std::string& name, Inside what)
{
    return what == Inside::Weights ? isWeight(name) : name.starts_with(prefixOf(what));
}

/// Numbers in names count as numbers: 10.weight stands behind 9.weight, and weights before biases.
auto sortKey(const std::string& name)
{
    std::vector<std::tuple<bool, long, std::string>> key;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        const std::string part = name.substr(at, dot - at);
        const bool number = !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
        key.emplace_back(!number, number ? std::atol(part.c_str()) : 0, part == "weight" ? "" : part);
        at = dot + 1;
    }
    return key;
}

const std::vector<double>* lengthsOf(const TensorSeries& series)
{
    const auto found = series.columns.find("l2");
    return found == series.columns.end() ? nullptr : &found->second;
}

plots::SeriesBuffer bufferOf(const TensorSeries& series, const std::vector<double>& lengths)
{
    plots::SeriesBuffer buffer;
    for (std::size_t i = 0; i < series.steps.size(); ++i)
        if (std::isfinite(lengths[i]))
            buffer.append(double(series.steps[i]), lengths[i], 0);
    return buffer;
}

/// Where both were taken.
plots::SeriesBuffer ratioOf(const TensorSeries& update, const TensorSeries& weight)
{
    plots::SeriesBuffer buffer;
    const auto *up = lengthsOf(update), *down = lengthsOf(weight);
    if (!up || !down)
        return buffer;
    std::size_t k = 0;
    for (std::size_t i = 0; i < update.steps.size(); ++i) {
        while (k < weight.steps.size() && weight.steps[k] < update.steps[i])
            ++k;
        if (k < weight.steps.size() && weight.steps[k] == update.steps[i] && (*down)[k] > 0 && std::isfinite((*up)[i]))
            buffer.append(double(update.steps[i]), (*up)[i] / (*down)[k], 0);
    }
    return buffer;
}

}

bool isWeight(const std::string& name)
{
    static constexpr const char* others[] = {"gradient/", "update/",    "activation/", "input/",
                                             "input_0",   "labels",     "predictions", "feature_importance/",
                                             "trees/",    "validation/"};
    return std::ranges::none_of(others, [&](const char* other) { return name.starts_with(other); });
}

std::string prefixOf(Inside what)
{
    return prefixes[int(what)];
}

QStringList tensorsOf(const TensorMap& tensors, Inside what)
{
    std::vector<std::string> names;
    for (const auto& [name, series] : tensors)
        if (isOf(name, what))
            names.push_back(name.substr(prefixOf(what).size()));
    std::ranges::sort(names, {}, sortKey);
    QStringList list;
    for (const std::string& name : names)
        list << QString::fromStdString(name);
    return list;
}

void LayerNorms::clear()
{
    for (auto& norms : m_norms)
        norms.clear();
    m_ratios.clear();
    m_rows = 0;
}

bool LayerNorms::update(const TensorMap& tensors)
{
    std::size_t rows = 0;
    for (const auto& [name, series] : tensors)
        rows += series.steps.size();
    if (rows == m_rows)
        return false;
    m_rows = rows;
    for (const auto& [name, series] : tensors) {
        const auto* lengths = lengthsOf(series);
        for (int what = 0; lengths && what < 4; ++what)
            if (isOf(name, Inside(what)))
                m_norms[what][name.substr(prefixOf(Inside(what)).size())] = bufferOf(series, *lengths);
        if (!isOf(name, Inside::Updates))
            continue;
        const std::string weight = name.substr(prefixOf(Inside::Updates).size());
        if (const auto found = tensors.find(weight); found != tensors.end())
            m_ratios[weight] = ratioOf(series, found->second);
    }
    return true;
}

std::map<std::string, LayerSpark> sparksOf(const TensorMap& tensors, std::optional<std::int64_t> upTo)
{
    constexpr std::size_t most = 120;
    std::map<std::string, std::map<std::int64_t, double>> squares[3];
    for (const auto& [name, series] : tensors) {
        const auto* lengths = lengthsOf(series);
        for (int what = 0; lengths && what < 3; ++what) {
            if (!isOf(name, Inside(what)))
                continue;
            const std::string tensor = name.substr(prefixOf(Inside(what)).size());
            const std::size_t dot = tensor.rfind('.');
            auto& layer = squares[what][dot == tensor.npos ? std::string() : tensor.substr(0, dot)];
            const std::size_t every = series.steps.size() / most + 1;
            for (std::size_t i = 0; i < series.steps.size(); ++i)
                if ((i % every == 0 || i + 1 == series.steps.size()) && (!upTo || series.steps[i] <= *upTo) &&
                    std::isfinite((*lengths)[i]))
                    layer[series.steps[i]] += (*lengths)[i] * (*lengths)[i];
        }
    }
    std::map<std::string, LayerSpark> sparks;
    for (int what = 0; what < 3; ++what)
        for (const auto& [layer, steps] : squares[what]) {
            LayerSpark& spark = sparks[layer];
            LayerSpark::Line& line = what == 0 ? spark.weight : what == 1 ? spark.gradient : spark.update;
            for (const auto& [step, square] : steps) {
                line.x.push_back(double(step));
                line.y.push_back(std::sqrt(square));
            }
        }
    return sparks;
}

std::vector<plots::RidgePanel> ridgesOf(const std::vector<core::events::TensorHistograms>& spreads, Inside what,
                                        std::optional<std::int64_t> upTo, const std::string& only)
{
    std::map<std::string, plots::RidgePanel> all;
    for (const core::events::TensorHistograms& at : spreads) {
        if (upTo && at.step > *upTo)
            break;
        for (const auto& spread : at.tensors) {
            const std::string name = spread.name.substr(std::min(spread.name.size(), prefixOf(what).size()));
            if (!isOf(spread.name, what) || (!only.empty() && name != only))
                continue;
            plots::RidgePanel& panel = all[name];
            panel.name = QString::fromStdString(name);
            panel.ridges.push_back(
                {double(at.step), spread.low, spread.high, {spread.counts.begin(), spread.counts.end()}});
        }
    }
    std::vector<std::string> names;
    for (const auto& [name, panel] : all)
        names.push_back(name);
    std::ranges::sort(names, {}, sortKey);
    std::vector<plots::RidgePanel> panels;
    for (const std::string& name : names)
        panels.push_back(std::move(all[name]));
    return panels;
}

}
