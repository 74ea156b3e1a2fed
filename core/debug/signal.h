// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/capture.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace core::debug {

/// What a step belonged to, as SageMaker Debugger calls them: TRAIN EVAL PREDICT GLOBAL.
enum class Mode { Train, Eval, Predict, Global };
std::string_view name(Mode mode);
/// False for a name that is none.
bool modeOf(std::string_view name, Mode& mode);

using SignalId = std::uint32_t;

/// What numbers there are: each is a statistic of a tensor; a scalar is a tensor with the statistic `value` alone.
class Signals {
public:
    struct Tensor {
        std::string name;
        std::vector<std::string> tags = {}; ///< the collections that it is in
        std::vector<std::pair<std::string, SignalId>> statistics = {};

        bool isScalar() const { return statistics.size() == 1 && statistics.front().first == "value"; }
        /// Whether there is that statistic.
        bool find(std::string_view statistic, SignalId& id) const;
    };

    /// What layers are, for their inputs and outputs; before anything is added.
    void know(spec::LayerTypes layers) { m_layers = std::move(layers); }
    SignalId add(const std::string& tensor, const std::string& statistic);
    const std::vector<Tensor>& tensors() const { return m_tensors; }
    std::size_t size() const { return m_count; }
    /// Another number whenever something was added.
    std::uint64_t version() const { return m_version; }

private:
    std::vector<Tensor> m_tensors; ///< in the order in which they came
    std::map<std::string, std::size_t, std::less<>> m_places;
    spec::LayerTypes m_layers;
    std::uint32_t m_count = 0;
    std::uint64_t m_version = 0;
};

struct Sample {
    SignalId id = 0;
    double value = 0;
};

/// A step of a mode at which something was saved.
struct Frame {
    std::int64_t step = 0;     ///< global: counts all modes
    std::int64_t modeStep = 0; ///< counts this mode alone
    Mode mode = Mode::Train;
    double time = 0; ///< seconds since the epoch
    std::span<const Sample> samples = {};
    bool idle = false; ///< nothing was done since the one before: the run was paused
};

/// What a run saved, in the order in which it happened.
class Trace {
public:
    Signals known;

    /// Frames come in ascending order; an evaluation at step S comes before training step S.
    void begin(std::int64_t step, std::int64_t modeStep, Mode mode, double time, bool idle = false);
    void add(SignalId id, double value) { m_samples.push_back({id, value}); }
    std::size_t size() const { return m_frames.size(); }
    Frame frame(std::size_t place) const;

private:
    struct Head {
        std::int64_t step, modeStep;
        Mode mode;
        double time;
        std::size_t begin;
        bool idle;
    };
    std::vector<Head> m_frames;
    std::vector<Sample> m_samples;
};

/// Which tensors are meant: those of any of the collections and those in whose name any of the expressions is found.
struct Selection {
    std::vector<std::string> collections = {};
    std::vector<std::string> regexes = {}; ///< ECMAScript; SageMaker's default ones stand for collections too
    bool all = false;                      ///< if neither is given: every tensor, and the losses

    bool empty() const { return collections.empty() && regexes.empty(); }
};

bool isIn(const std::string& collection, const Signals::Tensor& tensor);
/// By tensor.
std::vector<bool> selected(const Selection& selection, const Signals& known);

}
