// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/codec.h"

#include "core/events/codec_parts.h"
#include "core/events/packing.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>

namespace core::events {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;

namespace {

constexpr std::string_view kinds[] = {
    "run_opened",     "state_changed",    "progress",      "best_changed", "checkpoint_written", "edited",
    "notice",         "patience_changed", "surface",       "confusion",    "predictions",        "weights",
    "weight_digests", "plan_changed",     "tensors_named", "tensor_stats", "tensor_histograms",  "step_trace",
    "thawed",         "finding",          "rule_state",    "step_times",   "layer_times",        "system",
    "run_finished"};
static_assert(std::size(kinds) == std::variant_size_v<Event>);

template <class E, class T>
concept Of = std::same_as<std::remove_const_t<E>, T>;

// One list of members for each event serves writing and reading, so that they cannot drift apart.
template <class A>
void describe(A& a, Of<Error> auto& e)
{
    a("kind", e.kind)("message", e.message)("where", e.where)("advice", e.advice);
}
template <class A>
void describe(A& a, Of<RunOpened> auto& e)
{
    a("id", e.id)("folder", e.folder)("spec", e.spec)("groups", e.groups)("first_step", e.firstStep)(
        "steps_per_epoch", e.stepsPerEpoch)("total_steps", e.totalSteps)("train_rows", e.trainRows)(
        "validation_rows", e.validationRows)("test_rows", e.testRows)("threads", e.threads)("device", e.device)(
        "torch", e.torch)("cpu", e.cpu)("tensors", e.tensors)("layers", e.layers)("parent", e.parent)(
        "parent_step", e.parentStep)("classes", e.classes)("parameters", e.parameters);
}
template <class A>
void describe(A& a, Of<StateChanged> auto& e)
{
    a("state", e.state)("step", e.step)("reason", e.reason);
}
template <class A>
void describe(A& a, Of<Progress> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("train_seconds", e.trainSeconds)("samples_per_second", e.samplesPerSecond)(
        "seconds_left", e.secondsLeft)("data_wait", e.dataWait);
}
template <class A>
void describe(A& a, Of<BestChanged> auto& e)
{
    a("metric", e.metric)("value", e.value)("step", e.step)("epoch", e.epoch);
}
template <class A>
void describe(A& a, Of<CheckpointWritten> auto& e)
{
    a("step", e.step)("file", e.file)("seconds", e.seconds)("bytes", e.bytes);
}
template <class A>
void describe(A& a, Of<Edited> auto& e)
{
    a("step", e.step)("path", e.path)("before", e.before)("after", e.after);
}
template <class A>
void describe(A& a, Of<Notice> auto& e)
{
    a("step", e.step)("error", e.error);
}
template <class A>
void describe(A& a, Of<PatienceChanged> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("waited", e.waited)("patience", e.patience);
}
template <class A>
void describe(A& a, Of<SurfaceFrame> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("width", e.width)("height", e.height)("left", e.left)("right", e.right)(
        "bottom", e.bottom)("top", e.top)("classes", e.classes)("cells", e.values);
}
template <class A>
void describe(A& a, Of<ConfusionFrame> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("classes", e.classes)("counts", e.counts);
}
template <class A>
void describe(A& a, Of<PredictionFrame> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("rows", e.rows);
}
template <class A>
void describe(A& a, Of<WeightsFrame::Layer> auto& e)
{
    a("name", e.name)("shape", e.shape)("min", e.min)("max", e.max)("mean", e.mean)("std", e.std)("l2", e.l2)(
        "zeros", e.zeros)("nan", e.nan)("inf", e.inf)("low", e.low)("high", e.high)("counts", e.counts)("values",
                                                                                                        e.values);
}
template <class A>
void describe(A& a, Of<WeightsFrame> auto& e)
{
    a("step", e.step)("epoch", e.epoch)("kept", e.kept)("layers", e.layers);
}
template <class A>
void describe(A& a, Of<TensorsNamed> auto& e)
{
    a("step", e.step)("set", e.set)("tensors", e.tensors)("statistics", e.statistics);
}
template <class A>
void describe(A& a, Of<TensorStats> auto& e)
{
    a("step", e.step)("set", e.set)("values", e.values);
}
template <class A>
void describe(A& a, Of<TensorHistograms> auto& e)
{
    a("step", e.step)("kept", e.kept)("tensors", e.tensors);
}
template <class A>
void describe(A& a, Of<WeightDigests> auto& e)
{
    a("step", e.step)("every", e.every)("tensors", e.tensors)("values", e.values);
}
template <class A>
void describe(A& a, Of<PlanChanged> auto& e)
{
    a("step", e.step)("epochs", e.epochs)("steps_per_epoch", e.stepsPerEpoch)("total_steps", e.totalSteps);
}
template <class A>
void describe(A& a, Of<StepTrace> auto& e)
{
    a("step", e.step)("rows", e.rows)("loss", e.loss)("accuracy", e.accuracy)("grad_norm", e.gradNorm)(
        "clipped_norm", e.clippedNorm)("lr", e.lr)("weight_norm", e.weightNorm)("update_norm", e.updateNorm)(
        "loss_after", e.lossAfter)("forward_seconds", e.forwardSeconds)("backward_seconds", e.backwardSeconds)(
        "update_seconds", e.updateSeconds)("layers", e.layers);
}
template <class A>
void describe(A& a, Of<Thawed> auto& e)
{
    a("step", e.step)("layers", e.layers);
}
template <class A>
void describe(A& a, Of<Finding> auto& e)
{
    a("step", e.step)("rule", e.rule)("tensor", e.tensor)("value", e.value)("threshold", e.threshold)("since", e.since)(
        "message", e.message);
}
template <class A>
void describe(A& a, Of<RuleStateChanged> auto& e)
{
    a("step", e.step)("rule", e.rule)("state", e.state)("details", e.details);
}
template <class A>
void describe(A& a, Of<StepTimes> auto& e)
{
    std::vector<float> logs = logsOf(e.durations);
    a("step", e.step)("count", e.count)("time", e.time)("phases", e.phases)("log_durations", logs)(
        "slowest", e.slowest)("slowest_phases", e.slowestPhases);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(e)>>)
        e.durations = expOf(logs);
}
template <class A>
void describe(A& a, Of<LayerTimes> auto& e)
{
    a("step", e.step)("layers", e.layers);
}
template <class A>
void describe(A& a, Of<SystemSample> auto& e)
{
    a("step", e.step)("time", e.time)("cores", e.cores)("io_wait", e.ioWait)("process", e.process)(
        "resident", e.resident)("available", e.available)("total", e.total)("read_rate", e.readRate)(
        "write_rate", e.writeRate)("receive_rate", e.receiveRate)("send_rate", e.sendRate)("gpus", e.gpus)("threads",
                                                                                                           e.threads);
}
template <class A>
void describe(A& a, Of<RunFinished> auto& e)
{
    a("state", e.state)("steps", e.steps)("epochs", e.epochs)("train_seconds", e.trainSeconds)("metrics", e.metrics)(
        "best_metric", e.bestMetric)("best_value", e.bestValue)("best_epoch", e.bestEpoch)("best_step", e.bestStep)(
        "digest", e.digest)("error", e.error);
}

class Writer {
public:
    Object object;

    template <class T>
    Writer& operator()(const char* key, const T& value)
    {
        object.set(key, encode(value));
        return *this;
    }

private:
    static Value encode(const Value& v) { return v; }
    static Value encode(const std::string& v) { return v; }
    static Value encode(bool v) { return v; }
    static Value encode(std::int64_t v) { return v; }
    static Value encode(std::uint64_t v) { return v; }
    static Value encode(RunState v) { return name(v); }
    static Value encode(ErrorKind v) { return base::name(v); }
    static Value encode(double v)
    {
        if (std::isnan(v))
            return "nan";
        return std::isinf(v) ? Value(v > 0 ? "inf" : "-inf") : Value(v);
    }
    static Value encode(const Error& v)
    {
        Writer writer;
        describe(writer, v);
        return std::move(writer.object);
    }
    static Value encode(const std::vector<float>& v)
    {
        const Packed packed = pack(v);
        return Object{{"low", encode(packed.low)},
                      {"high", encode(packed.high)},
                      {"bits", packed.bits},
                      {"base64", packed.base64}};
    }
    static Value encode(const std::vector<std::uint32_t>& v)
    {
        static constexpr char digits[] = "0123456789abcdef";
        std::string text(v.size() * 8, '0');
        for (std::size_t i = 0; i < v.size(); ++i)
            for (int digit = 0; digit < 8; ++digit)
                text[8 * i + std::size_t(digit)] = digits[(v[i] >> (28 - 4 * digit)) & 15];
        return text;
    }
    // 11 letters a value, NaN and infinities included: thousands may come every second.
    static Value encode(const std::vector<double>& v)
    {
        static_assert(std::endian::native == std::endian::little);
        return toBase64({reinterpret_cast<const char*>(v.data()), v.size() * sizeof(double)});
    }
    static Value encode(const WeightsFrame::Layer& v)
    {
        Writer writer;
        describe(writer, v);
        return std::move(writer.object);
    }
    // Counts in one text, `1 0 3`: there are some thousands of them a step.
    static Value encode(const TensorHistograms::Spread& v)
    {
        std::string counts(v.counts.size() * 11, ' ');
        char* end = counts.data();
        for (const std::uint32_t count : v.counts)
            end = std::to_chars(end, counts.data() + counts.size(), count).ptr + 1;
        counts.resize(std::size_t(std::max<std::ptrdiff_t>(0, end - counts.data() - 1)));
        return Array{v.name, encode(v.low), encode(v.high), std::move(counts)};
    }
    static Value encode(const PredictionFrame::Row& v)
    {
        return Array{v.row, encode(v.truth), encode(v.predicted), encode(v.confidence), encode(v.loss)};
    }
    static Value encode(const StepTrace::Layer& v)
    {
        return Array{v.name, encode(v.weight), encode(v.gradient), encode(v.update)};
    }
    static Value encode(const LayerTimes::Layer& v) { return Array{v.name, encode(v.forward), encode(v.backward)}; }
    static Value encode(const SystemSample::Gpu& v)
    {
        return Array{v.index, encode(v.busy), encode(v.memory), encode(v.bytes)};
    }
    static Value encode(const SystemSample::Thread& v) { return Array{v.name, encode(v.busy)}; }
    static Value encode(const std::vector<std::pair<std::string, double>>& v)
    {
        Object metrics;
        for (const auto& [metric, value] : v)
            metrics.set(metric, encode(value));
        return metrics;
    }
    template <class T>
    static Value encode(const std::vector<T>& v)
    {
        Array list;
        list.reserve(v.size());
        for (const T& item : v)
            list.push_back(encode(item));
        return list;
    }
};

class Reader {
public:
    std::string problem;

    explicit Reader(const Value& value) : m_value(value) {}

    template <class T>
    Reader& operator()(const char* key, T& target)
    {
        const Value* found = m_value.object().find(key);
        if (found && problem.empty() && !decode(*found, target))
            problem = key;
        return *this;
    }

private:
    const Value& m_value;

    static bool decode(const Value& v, Value& to) { return to = v, true; }
    static bool decode(const Value& v, std::string& to) { return to = v.text(), v.isText(); }
    static bool decode(const Value& v, bool& to) { return to = v.toBool(), v.isBool(); }
    static bool decode(const Value& v, std::int64_t& to) { return to = v.toInt(), v.isInt(); }
    static bool decode(const Value& v, std::uint64_t& to) { return to = std::uint64_t(v.toInt()), v.isInt(); }
    static bool decode(const Value& v, RunState& to) { return stateOf(v.text(), to); }
    static bool decode(const Value& v, ErrorKind& to)
    {
        for (int kind = 0; kind <= int(ErrorKind::Internal); ++kind)
            if (base::name(ErrorKind(kind)) == v.text()) {
                to = ErrorKind(kind);
                return true;
            }
        return false;
    }
    static bool decode(const Value& v, double& to)
    {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        to = v.text() == "nan"    ? std::numeric_limits<double>::quiet_NaN()
             : v.text() == "inf"  ? infinity
             : v.text() == "-inf" ? -infinity
                                  : v.toReal();
        return v.isNumber() || !std::isfinite(to);
    }
    static bool decode(const Value& v, Error& to)
    {
        Reader reader(v);
        describe(reader, to);
        return reader.problem.empty();
    }
    static bool decode(const Value& v, std::vector<float>& to)
    {
        Packed packed;
        packed.bits = int(v["bits"].toInt());
        packed.base64 = v["base64"].text();
        return decode(v["low"], packed.low) && decode(v["high"], packed.high) && unpack(packed, to);
    }
    static bool decode(const Value& v, std::vector<std::uint32_t>& to)
    {
        const std::string& text = v.text();
        to.assign(text.size() / 8, 0);
        for (std::size_t i = 0; i < to.size(); ++i)
            if (std::from_chars(text.data() + 8 * i, text.data() + 8 * i + 8, to[i], 16).ptr != text.data() + 8 * i + 8)
                return false;
        return v.isText() && text.size() % 8 == 0;
    }
    static bool decode(const Value& v, std::vector<double>& to)
    {
        std::string bytes;
        if (!fromBase64(v.text(), bytes) || bytes.size() % sizeof(double) != 0)
            return false;
        to.resize(bytes.size() / sizeof(double));
        if (!to.empty())
            std::memcpy(to.data(), bytes.data(), bytes.size());
        return v.isText();
    }
    static bool decode(const Value& v, WeightsFrame::Layer& to)
    {
        Reader reader(v);
        describe(reader, to);
        return v.isObject() && reader.problem.empty();
    }
    static bool decode(const Value& v, TensorHistograms::Spread& to)
    {
        const Array& cells = v.array();
        if (cells.size() != 4 || !cells[3].isText() || !decode(cells[0], to.name) || !decode(cells[1], to.low) ||
            !decode(cells[2], to.high))
            return false;
        const std::string& counts = cells[3].text();
        to.counts.clear();
        for (const char *at = counts.data(), *end = at + counts.size(); at < end; ++at) {
            std::uint32_t count = 0;
            const auto [next, failed] = std::from_chars(at, end, count);
            if (failed != std::errc{} || (next < end && *next != ' '))
                return false;
            to.counts.push_back(count);
            at = next;
        }
        return true;
    }
    static bool decode(const Value& v, PredictionFrame::Row& to)
    {
        const Array& cells = v.array();
        return cells.size() == 5 && decode(cells[0], to.row) && decode(cells[1], to.truth) &&
               decode(cells[2], to.predicted) && decode(cells[3], to.confidence) && decode(cells[4], to.loss);
    }
    static bool decode(const Value& v, StepTrace::Layer& to)
    {
        const Array& cells = v.array();
        return cells.size() == 4 && decode(cells[0], to.name) && decode(cells[1], to.weight) &&
               decode(cells[2], to.gradient) && decode(cells[3], to.update);
    }
    static bool decode(const Value& v, LayerTimes::Layer& to)
    {
        const Array& cells = v.array();
        return cells.size() == 3 && decode(cells[0], to.name) && decode(cells[1], to.forward) &&
               decode(cells[2], to.backward);
    }
    static bool decode(const Value& v, SystemSample::Gpu& to)
    {
        const Array& cells = v.array();
        return cells.size() == 4 && decode(cells[0], to.index) && decode(cells[1], to.busy) &&
               decode(cells[2], to.memory) && decode(cells[3], to.bytes);
    }
    static bool decode(const Value& v, SystemSample::Thread& to)
    {
        const Array& cells = v.array();
        return cells.size() == 2 && decode(cells[0], to.name) && decode(cells[1], to.busy);
    }
    static bool decode(const Value& v, std::vector<std::pair<std::string, double>>& to)
    {
        for (const auto& [metric, value] : v.object())
            if (!decode(value, to.emplace_back(metric, 0.0).second))
                return false;
        return v.isObject();
    }
    template <class T>
    static bool decode(const Value& v, std::vector<T>& to)
    {
        to.reserve(v.array().size());
        for (const Value& item : v.array())
            if (!decode(item, to.emplace_back()))
                return false;
        return v.isArray();
    }
};

template <std::size_t I = 0>
base::Result<Event> read(std::size_t kind, const Value& value)
{
    if constexpr (I < std::variant_size_v<Event>) {
        if (kind != I)
            return read<I + 1>(kind, value);
        std::variant_alternative_t<I, Event> event;
        Reader reader(value);
        describe(reader, event);
        if (!reader.problem.empty())
            return Error{ErrorKind::Data,
                         "an event's \"" + reader.problem + "\" is not what it should be",
                         std::string(kinds[I]),
                         {}};
        if (!fits(event))
            return Error{ErrorKind::Data, "an event's sizes do not fit its values", std::string(kinds[I]), {}};
        return Event(std::move(event));
    }
    return Error{ErrorKind::Data,
                 "\"" + value["event"].text() + "\" is no kind of event",
                 {},
                 "It may come from a newer version of this program"};
}

}

std::string_view kindOf(const Event& event)
{
    return kinds[event.index()];
}

std::int64_t stepOf(const Event& event)
{
    return std::visit(
        [](const auto& e) -> std::int64_t {
            if constexpr (requires { e.firstStep; })
                return e.firstStep;
            else if constexpr (requires { e.steps; })
                return e.steps;
            else
                return e.step;
        },
        event);
}

Value toValue(const Event& event)
{
    Writer writer;
    writer.object.set("event", kindOf(event));
    std::visit([&](const auto& e) { describe(writer, e); }, event);
    return std::move(writer.object);
}

base::Result<Event> fromValue(const Value& value)
{
    return read(std::size_t(std::ranges::find(kinds, value["event"].text()) - std::begin(kinds)), value);
}

}
