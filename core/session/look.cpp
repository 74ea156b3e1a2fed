// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/look.h"

#include "core/session/past.h"
#include "core/tensor/device.h"
#include "core/train/threads.h"

#include <c10/util/Exception.h>

#include <cmath>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;

namespace {

// Torch's exceptions end here.
base::Result<Seen> seenThrough(train::Engine& engine, const Wish& wish, const Going& going)
{
    try {
        return std::visit(
            [&](const auto& wanted) -> base::Result<Seen> {
                CORE_TRY(found, train::look(engine, wanted, going));
                Seen seen = std::move(found);
                return seen;
            },
            wish);
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "look", {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), "look", {}};
    }
}

}

class Looker::Work {
public:
    base::Result<Seen> look(const TryOn& from, const Wish& wish, const Going& going)
    {
        try {
            CORE_CHECK(from.run.empty() ? begin(from) : approach(from, going));
        } catch (const c10::Error& failure) {
            m_engine.reset();
            return Error{ErrorKind::Run, failure.what_without_backtrace(), "look", {}};
        } catch (const std::exception& failure) {
            m_engine.reset();
            return Error{ErrorKind::Run, failure.what(), "look", {}};
        }
        return seenThrough(*m_engine, wish, going);
    }

private:
    std::unique_ptr<Past> m_past;
    std::unique_ptr<train::Engine> m_engine;
    std::filesystem::path m_run;
    std::int64_t m_last = -1; ///< steps that the run had when it was read

    // New weights, as an experiment begins with.
    Status begin(const TryOn& from)
    {
        m_past.reset();
        CORE_TRY(device, tensor::resolveDevice(from.device));
        CORE_TRY(engine, train::Engine::make(from.resolved, device));
        CORE_CHECK(engine->initialize());
        m_engine = std::move(engine);
        return {};
    }

    Status approach(const TryOn& from, const Going& going)
    {
        if (!m_past || m_run != from.run || from.step < 0 || from.step > m_last || from.step < m_past->begins())
            CORE_CHECK(open(from));
        const std::int64_t step = from.step < 0 ? m_last : from.step;
        if (step > m_past->steps())
            return Error{ErrorKind::Usage, "the run has no step " + std::to_string(step), m_past->record().id,
                         "It has done " + std::to_string(m_past->steps()) + " updates: name a step from 0 to that"};
        const auto keyframe = m_past->keyframeBefore(step);
        const bool near = m_engine && m_engine->step() <= step && m_engine->step() >= (keyframe ? keyframe->step : 0);
        if (near) {
            // Other engines of this thread may have had other numbers of threads.
            train::useThreads(m_engine->threads());
        } else {
            CORE_TRY(device, tensor::resolveDevice(from.device));
            CORE_TRY(engine, m_past->engineAt(keyframe, device));
            m_engine = std::move(engine);
        }
        return m_past->advance(*m_engine, step, false, going);
    }

    Status open(const TryOn& from)
    {
        CORE_TRY(last, Past::open(from.run));
        const std::int64_t steps = last.steps(), step = from.step < 0 ? steps : from.step;
        const bool own = step >= last.begins();
        if (!own) {
            CORE_TRY(past, Past::openFor(from.run, step));
            last = std::move(past);
        }
        if (!m_past || m_past->record().folder != last.record().folder)
            m_engine.reset();
        m_past = std::make_unique<Past>(std::move(last));
        m_run = from.run;
        m_last = steps;
        return {};
    }
};

Looker::Looker() : m_work(std::make_unique<Work>()) {}
Looker::~Looker() = default;

base::Result<Seen> Looker::look(const TryOn& from, const Wish& wish, const Going& going)
{
    return m_work->look(from, wish, going);
}

namespace {

// Tells `done` once, at the latest when nobody can any more.
class SeenAnswer {
public:
    explicit SeenAnswer(Done<Seen> done) : m_done(std::move(done)) {}
    ~SeenAnswer() { tell(Error{ErrorKind::Interrupted, "the run has ended before", "look", {}}); }
    SeenAnswer(const SeenAnswer&) = delete;
    SeenAnswer& operator=(const SeenAnswer&) = delete;

    void tell(base::Result<Seen> seen)
    {
        if (auto done = std::exchange(m_done, nullptr))
            done(std::move(seen));
    }

private:
    Done<Seen> m_done;
};

}

Status look(Session& session, const Wish& wish, const Going& going, Done<Seen> done)
{
    auto answer = std::make_shared<SeenAnswer>(std::move(done));
    return session.post(train::Beside{
        [answer, wish, going](train::Engine& engine) { answer->tell(seenThrough(engine, wish, going)); }});
}

namespace {

template <class T>
base::Array lookList(const std::vector<T>& values)
{
    base::Array list;
    list.reserve(values.size());
    for (const T value : values) {
        if constexpr (std::is_floating_point_v<T>)
            std::isfinite(value) ? list.emplace_back(double(value)) : list.emplace_back();
        else
            list.emplace_back(std::int64_t(value));
    }
    return list;
}

Value lookValue(const Stack& stack)
{
    return base::Object{{"name", stack.name},
                        {"type", stack.type},
                        {"shape", lookList(stack.shape)},
                        {"shown", stack.shown},
                        {"values", lookList(stack.values)}};
}

base::Array lookList(const std::vector<Stack>& stacks)
{
    base::Array list;
    for (const Stack& stack : stacks)
        list.push_back(lookValue(stack));
    return list;
}

Value lookValue(const SampleLook& look)
{
    base::Object object{{"what", "sample"},
                        {"step", look.step},
                        {"row", look.row},
                        {"truth", look.truth},
                        {"predicted", look.predicted},
                        {"target", look.target},
                        {"loss", look.loss},
                        {"outputs", lookList(look.outputs)},
                        {"probabilities", lookList(look.probabilities)},
                        {"input", lookValue(look.input)},
                        {"layers", lookList(look.layers)},
                        {"filters", lookList(look.filters)}};
    if (!look.answer.values.empty())
        object.set("answer", lookValue(look.answer));
    if (look.rightShare >= 0) {
        object.set("wanted", lookValue(look.wanted));
        object.set("right_share", look.rightShare);
    }
    if (look.noSaliency.empty()) {
        object.set("saliency", lookValue(look.saliency));
        object.set("smoothgrad", lookValue(look.smoothed));
    } else {
        object.set("no_saliency", look.noSaliency);
    }
    return object;
}

Value lookValue(const Embedding& seen)
{
    return base::Object{{"what", "embedding"},
                        {"step", seen.step},
                        {"layer", seen.layer},
                        {"width", seen.width},
                        {"rows", lookList(seen.rows)},
                        {"truths", lookList(seen.truths)},
                        {"predictions", lookList(seen.predictions)},
                        {"x", lookList(seen.x)},
                        {"y", lookList(seen.y)},
                        {"explained", lookList(seen.explained)},
                        {"vectors", lookList(seen.vectors)}};
}

Value lookValue(const Landscape& seen)
{
    return base::Object{{"what", "loss"},
                        {"step", seen.step},
                        {"directions", seen.directions == LandscapeWish::Directions::Step ? "step" : "random"},
                        {"rows", seen.rows},
                        {"loss", seen.loss},
                        {"at", lookList(seen.at)},
                        {"along", lookList(seen.along)},
                        {"cells", seen.cells},
                        {"reach", seen.reachX},
                        {"plane", lookList(seen.values)},
                        {"weight_norm", seen.weightNorm},
                        {"step_norm", seen.stepNorm},
                        {"x_norm", seen.xNorm},
                        {"y_norm", seen.yNorm},
                        {"step_x", seen.stepX},
                        {"step_y", seen.stepY}};
}

Value lookValue(const RowsLook& seen)
{
    base::Array rows;
    for (const auto& row : seen.rows)
        rows.push_back(base::Object{{"row", row.row},
                                    {"truth", row.truth},
                                    {"predicted", row.predicted},
                                    {"confidence", row.confidence},
                                    {"loss", row.loss}});
    return base::Object{{"what", "rows"}, {"step", seen.step}, {"all", seen.all}, {"rows", std::move(rows)}};
}

}

Value toValue(const Seen& seen)
{
    return std::visit([](const auto& each) { return lookValue(each); }, seen);
}

}
