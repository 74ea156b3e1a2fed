// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/signal.h"

#include <algorithm>
#include <array>
#include <regex>

namespace core::debug {

namespace {

constexpr std::array<std::string_view, 4> modes{"TRAIN", "EVAL", "PREDICT", "GLOBAL"};

bool found(const std::regex& pattern, const std::string& name)
{
    return std::regex_search(name, pattern);
}

// What no capture can be asked for: scalars, and what rules of pictures and texts read.
void addTags(Signals::Tensor& tensor)
{
    // Made once: making one takes far longer than looking for it.
    static const std::regex boostedMetric("^[a-zA-z]+-.+$"), metric("^[a-zA-z]+-[a-zA-z0-9]+$"),
        loss("[Ll]oss_(?!input).*output|.*loss._(?!input).*output|(^|[/_.-])[Ll]oss$"),
        image("^(validation/)?input_0$|hybridsequential0_input_0"), sequence("embedding0_input_0");
    const std::string& name = tensor.name;
    std::erase(tensor.tags, "losses");
    const bool fair = name.starts_with("train_eval/") || name.starts_with("old/") || name.starts_with("ranks/");
    // XGBoost's own pattern looks behind itself, which ECMAScript cannot: of its metrics auc and map are no losses.
    const bool boosted = found(boostedMetric, name) && !name.ends_with("auc") && !name.ends_with("map");
    if (!fair && (boosted || found(loss, name)))
        tensor.tags.emplace_back("losses");
    if (found(metric, name) || name.starts_with("validation/"))
        tensor.tags.emplace_back("metrics");
    if (found(image, name))
        tensor.tags.emplace_back("input_image");
    if (found(sequence, name))
        tensor.tags.emplace_back("input_sequence");
}

}

std::string_view name(Mode mode)
{
    return modes[std::size_t(mode)];
}

bool modeOf(std::string_view name, Mode& mode)
{
    const auto at = std::ranges::find(modes, name);
    if (at == modes.end())
        return false;
    mode = Mode(at - modes.begin());
    return true;
}

bool Signals::Tensor::find(std::string_view statistic, SignalId& id) const
{
    for (const auto& [known, place] : statistics)
        if (known == statistic) {
            id = place;
            return true;
        }
    return false;
}

SignalId Signals::add(const std::string& tensor, const std::string& statistic)
{
    const auto [place, fresh] = m_places.emplace(tensor, m_tensors.size());
    if (fresh) {
        m_tensors.push_back({tensor, spec::collectionsOf(tensor, m_layers)});
        addTags(m_tensors.back());
    }
    Tensor& known = m_tensors[place->second];
    SignalId id = 0;
    if (known.find(statistic, id))
        return id;
    ++m_version;
    known.statistics.emplace_back(statistic, m_count);
    return m_count++;
}

void Trace::begin(std::int64_t step, std::int64_t modeStep, Mode mode, double time, bool idle)
{
    m_frames.push_back({step, modeStep, mode, time, m_samples.size(), idle});
}

Frame Trace::frame(std::size_t place) const
{
    const Head& head = m_frames[place];
    const std::size_t end = place + 1 < m_frames.size() ? m_frames[place + 1].begin : m_samples.size();
    return {head.step,
            head.modeStep,
            head.mode,
            head.time,
            std::span<const Sample>(m_samples.data() + head.begin, end - head.begin),
            head.idle};
}

bool isIn(const std::string& collection, const Signals::Tensor& tensor)
{
    return collection == "all" || collection == "default" ||
           std::ranges::find(tensor.tags, collection) != tensor.tags.end();
}

std::vector<bool> selected(const Selection& selection, const Signals& signals)
{
    std::vector<std::string> collections = selection.collections;
    std::vector<std::regex> made;
    for (const std::string& pattern : selection.regexes) {
        made.emplace_back(pattern);
        for (std::string& meant : spec::collectionsMeant(pattern))
            collections.push_back(std::move(meant));
    }
    std::vector<bool> chosen;
    for (const Signals::Tensor& tensor : signals.tensors()) {
        const bool named = std::ranges::any_of(collections, [&](const std::string& one) { return isIn(one, tensor); });
        const auto matches = [&](const std::regex& one) { return std::regex_search(tensor.name, one); };
        const bool every = selection.empty() && selection.all && (!tensor.isScalar() || isIn("losses", tensor));
        chosen.push_back(named || every || std::ranges::any_of(made, matches));
    }
    return chosen;
}

}
