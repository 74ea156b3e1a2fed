// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/freezing.h"

#include "core/model/adapters.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace core::model {

using base::Error;
using base::ErrorKind;

namespace {

bool numbered(std::string_view part)
{
    const std::size_t digits = part.size() - std::min(part.size(), part.find_last_not_of("0123456789") + 1);
    return digits > 0 && (digits == part.size() || part[part.size() - digits - 1] == '_');
}

std::string moduleOf(const std::string& parameter)
{
    const std::size_t dot = parameter.rfind('.');
    return dot == parameter.npos ? std::string() : parameter.substr(0, dot);
}

Error noLayer(const std::string& pattern, const std::vector<ParameterInfo>& parameters)
{
    std::vector<std::string> names;
    for (const ParameterInfo& parameter : parameters)
        if (const std::string block = blockNameOf(parameter.name);
            !block.empty() && (names.empty() || names.back() != block))
            names.push_back(block);
    std::string known;
    for (std::size_t i = 0; i < names.size() && i < 12; ++i)
        known += (i > 0 ? ", " : "") + names[i];
    const std::string near = spec::nearest(pattern, names);
    return {ErrorKind::Spec, "no layer of this network is called \"" + pattern + "\"", "/model/freeze",
            (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "Known: " + known};
}

}

std::string blockNameOf(const std::string& parameter)
{
    for (std::size_t begin = 0; begin < parameter.size();) {
        const std::size_t end = std::min(parameter.find('.', begin), parameter.size());
        if (end < parameter.size() && numbered(std::string_view(parameter).substr(begin, end - begin)))
            return parameter.substr(0, end);
        begin = end + 1;
    }
    return moduleOf(plainNameOf(parameter));
}

std::vector<std::int64_t> blocksOf(const std::vector<ParameterInfo>& parameters)
{
    std::map<std::string, bool> isNorm;
    for (const ParameterInfo& parameter : parameters) {
        const auto [block, fresh] = isNorm.try_emplace(blockNameOf(parameter.name), true);
        block->second = block->second && parameter.dims() <= 1;
    }
    std::map<std::string, std::int64_t> places;
    std::vector<std::int64_t> blocks;
    std::int64_t last = -1;
    for (const ParameterInfo& parameter : parameters) {
        const std::string block = blockNameOf(parameter.name);
        auto place = places.find(block);
        if (place == places.end()) {
            last += !isNorm[block] || last < 0;
            place = places.emplace(block, last).first;
        }
        blocks.push_back(place->second);
    }
    return blocks;
}

std::string headOf(const std::vector<ParameterInfo>& parameters)
{
    for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter)
        if (parameter->dims() > 1 && !isAdapter(parameter->name))
            return moduleOf(parameter->name);
    return {};
}

bool isIn(const std::string& module, const std::string& name)
{
    return module.empty() || (name.starts_with(module) && name.size() > module.size() && name[module.size()] == '.');
}

base::Result<Freezing> Freezing::make(const std::vector<ParameterInfo>& parameters, const spec::ModelSpec& model,
                                      const std::optional<spec::UnfreezeSpec>& unfreeze)
{
    CORE_TRY(freeze, spec::freezeOf(model.freeze));
    const std::string head = headOf(parameters);
    const std::vector<std::int64_t> blocks = blocksOf(parameters);
    for (const std::string& pattern : freeze.patterns)
        if (std::ranges::none_of(parameters, [&](const auto& each) { return spec::means(pattern, each.name); }))
            return noLayer(pattern, parameters);
    Freezing made;
    made.m_unfreeze = model.lora ? std::nullopt : unfreeze;
    std::map<std::int64_t, std::string, std::greater<>> frozenBlocks; // from the top
    bool learns = parameters.empty();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string& name = parameters[i].name;
        const bool named =
            std::ranges::any_of(freeze.patterns, [&](const auto& pattern) { return spec::means(pattern, name); });
        const bool base = (freeze.backbone || model.lora) && !isIn(head, name) && !isAdapter(name);
        const bool frozen = base || named || blocks[i] < freeze.stages;
        made.m_frozen.push_back(frozen);
        made.m_any = made.m_any || frozen;
        learns = learns || !frozen;
        if (frozen)
            frozenBlocks.try_emplace(blocks[i], blockNameOf(name));
    }
    std::map<std::int64_t, std::int64_t> order;
    for (const auto& [block, name] : frozenBlocks) {
        made.m_names.push_back(name);
        order[block] = std::int64_t(made.m_names.size());
    }
    for (std::size_t i = 0; i < parameters.size(); ++i)
        made.m_order.push_back(made.m_frozen[i] ? order[blocks[i]] : 0);
    if (!learns)
        return Error{ErrorKind::Spec, "everything is frozen: nothing is left to learn", "/model/freeze",
                     "Leave the head out, or write backbone"};
    return made;
}

std::int64_t Freezing::thawedAt(std::int64_t epoch) const
{
    if (!m_unfreeze)
        return 0;
    const auto& at = m_unfreeze->atEpochs;
    const std::int64_t thawed =
        at.empty() ? epoch / m_unfreeze->everyEpochs : std::ranges::count_if(at, [&](auto e) { return e <= epoch; });
    return std::min(thawed, std::int64_t(m_names.size()));
}

std::vector<double> Freezing::rates(std::int64_t thawed) const
{
    std::vector<double> all;
    for (std::size_t i = 0; i < m_frozen.size(); ++i)
        all.push_back(!m_frozen[i]          ? 1
                      : m_order[i] > thawed ? 0
                                            : std::pow(m_unfreeze->rateFactor, double(m_order[i])));
    return all;
}

std::string Freezing::thawing(std::int64_t before, std::int64_t after) const
{
    std::string text;
    for (std::int64_t i = before; i < after; ++i)
        text += (text.empty() ? "" : ", ") + m_names[std::size_t(i)];
    return text;
}

}
