// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/signal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

namespace core::debug {

namespace {

constexpr std::array<std::string_view, 4> modes{"TRAIN", "EVAL", "PREDICT", "GLOBAL"};

// Members by name, as SageMaker Debugger finds them in PyTorch and XGBoost; below them what runs of this program are
// called. XGBoost's look-behind is not in ECMAScript, see isLoss().
const std::map<std::string, std::string, std::less<>>& patterns()
{
    static const std::map<std::string, std::string, std::less<>> all{
        {"weights", "^(?!gradient|update/|activation/|input/|feature_importance).*weight"},
        {"biases", "^(?!gradient|update/|activation/|input/).*bias"},
        {"gradients", "^gradient"},
        {"updates", "^update/"},
        {"activations", "^activation/"},
        {"losses", "[Ll]oss_(?!input).*output|.*loss._(?!input).*output|^(train|validation)/loss$|"
                   "^(?!train_eval/|old/)(.*[/_.-])?[Ll]oss$"},
        {"metrics", "^[a-zA-z]+-[a-zA-z0-9]+$|^validation/"},
        {"inputs", "^input(_|/)|_input_\\d+$"},
        {"outputs", "^activation/|_output_\\d+$"},
        {"relu_output", "^(?!gradient).*[Rr]e[Ll][Uu](\\d*_)?output"},
        {"relu_input", "^(?!gradient).*[Rr]e[Ll][Uu](\\d*_)?input"},
        {"tanh_input", "^(?!gradient).*[Tt]anh(\\d*_)?input"},
        {"sigmoid_input", "^(?!gradient).*[Ss]igmoid(\\d*_)?input"},
        {"labels", "^labels"},
        {"predictions", "^predictions"},
        {"feature_importance", "^feature_importance/"},
        {"trees", "^trees/"},
        {"average_shap", "^average_shap/"},
        {"full_shap", "^full_shap/"},
        {"hyperparameters", "^hyperparameters/"},
        {"input_image", "^input_0$|hybridsequential0_input_0"},
        {"input_sequence", "^input_0$|embedding0_input_0"},
    };
    return all;
}

const std::regex& compiled(const std::string& collection)
{
    static const auto all = [] {
        std::map<std::string, std::regex> made;
        for (const auto& [name, pattern] : patterns())
            made.emplace(name, std::regex(pattern));
        return made;
    }();
    return all.at(collection);
}

// `validation-rmse` is a loss, `validation-auc` and `validation-map` are not.
bool isLoss(const std::string& name)
{
    static const std::regex boosted("^[a-zA-z]+-.+$");
    return !name.ends_with("auc") && !name.ends_with("map") && std::regex_search(name, boosted);
}

}

std::string_view name(Mode mode)
{
    return modes[std::size_t(mode)];
}

bool modeOf(std::string_view name, Mode& mode)
{
    const auto found = std::ranges::find(modes, name);
    if (found == modes.end())
        return false;
    mode = Mode(found - modes.begin());
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

Signals::Tensor& Signals::at(const std::string& tensor)
{
    const auto [place, fresh] = m_places.emplace(tensor, m_tensors.size());
    if (fresh) {
        m_tensors.push_back({tensor});
        ++m_version;
    }
    return m_tensors[place->second];
}

SignalId Signals::add(const std::string& tensor, const std::string& statistic)
{
    Tensor& known = at(tensor);
    SignalId id = 0;
    if (known.find(statistic, id))
        return id;
    ++m_version;
    known.statistics.emplace_back(statistic, m_count);
    return m_count++;
}

void Signals::tag(const std::string& tensor, const std::string& collection)
{
    Tensor& known = at(tensor);
    if (std::ranges::find(known.tags, collection) != known.tags.end())
        return;
    known.tags.push_back(collection);
    ++m_version;
}

void Trace::begin(std::int64_t step, std::int64_t modeStep, Mode mode, double time)
{
    m_frames.push_back({step, modeStep, mode, time, m_samples.size()});
}

Frame Trace::frame(std::size_t place) const
{
    const Head& head = m_frames[place];
    const std::size_t end = place + 1 < m_frames.size() ? m_frames[place + 1].begin : m_samples.size();
    return {head.step, head.modeStep, head.mode, head.time,
            std::span<const Sample>(m_samples.data() + head.begin, end - head.begin)};
}

const std::vector<std::string>& collectionNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"all", "default", "layers"};
        for (const auto& [name, pattern] : patterns())
            all.push_back(name);
        return all;
    }();
    return names;
}

bool isIn(const std::string& collection, const Signals::Tensor& tensor)
{
    if (std::ranges::find(tensor.tags, collection) != tensor.tags.end())
        return true;
    if (collection == "all" || collection == "default")
        return true;
    if (patterns().count(collection) == 0)
        return false;
    return std::regex_search(tensor.name, compiled(collection)) ||
           (collection == "losses" && tensor.isScalar() && isLoss(tensor.name));
}

std::vector<bool> selected(const Selection& selection, const Signals& signals)
{
    std::vector<std::regex> made;
    for (const std::string& pattern : selection.regexes)
        made.emplace_back(pattern);
    std::vector<bool> chosen;
    for (const Signals::Tensor& tensor : signals.tensors()) {
        const bool named =
            std::ranges::any_of(selection.collections, [&](const std::string& one) { return isIn(one, tensor); });
        const bool found =
            std::ranges::any_of(made, [&](const std::regex& one) { return std::regex_search(tensor.name, one); });
        const bool every =
            selection.empty() && selection.all && (!tensor.isScalar() || isIn("losses", tensor));
        chosen.push_back(named || found || every);
    }
    return chosen;
}

}
