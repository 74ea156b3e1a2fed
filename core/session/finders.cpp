// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/finders.h"

#include "core/session/past.h"
#include "core/tensor/device.h"

#include <c10/util/Exception.h>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;

namespace {

base::Result<std::unique_ptr<train::Engine>> engineOf(const TryOn& from, const Going& going)
{
    CORE_TRY(device, tensor::resolveDevice(from.device));
    if (from.run.empty()) {
        CORE_TRY(engine, train::Engine::make(from.resolved, device));
        CORE_CHECK(engine->initialize());
        return std::move(engine);
    }
    CORE_TRY(last, Past::open(from.run));
    const std::int64_t step = from.step < 0 ? last.steps() : from.step;
    CORE_TRY(past, Past::openFor(from.run, step));
    CORE_TRY(engine, past.at(step, device, going));
    return std::move(engine);
}

// Torch's exceptions end here.
template <class Found, class Work>
base::Result<Found> onEngineOf(const TryOn& from, const Going& going, const Work& work)
{
    try {
        CORE_TRY(engine, engineOf(from, going));
        return work(*engine);
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "trial", {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), "trial", {}};
    }
}

// Tells `done` once, at the latest when nobody can any more.
template <class Found>
class Answer {
public:
    explicit Answer(Done<Found> done) : m_done(std::move(done)) {}
    ~Answer() { tell(Error{ErrorKind::Interrupted, "the run has ended before", "trial", {}}); }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    void tell(base::Result<Found> found)
    {
        if (auto done = std::exchange(m_done, nullptr))
            done(std::move(found));
    }

private:
    Done<Found> m_done;
};

template <class Found, class Work>
Status post(Session& session, Done<Found> done, Work work)
{
    auto answer = std::make_shared<Answer<Found>>(std::move(done));
    return session.post(
        train::Beside{[answer, work = std::move(work)](train::Engine& engine) { answer->tell(work(engine)); }});
}

}

base::Result<RangeTest> rangeTest(const TryOn& from, const RangeTestOptions& options, const Going& going)
{
    return onEngineOf<RangeTest>(from, going,
                                 [&](train::Engine& engine) { return train::rangeTest(engine, options, going); });
}

base::Result<BatchSearch> searchBatchSize(const TryOn& from, const BatchSearchOptions& options, const Going& going)
{
    return onEngineOf<BatchSearch>(
        from, going, [&](train::Engine& engine) { return train::searchBatchSize(engine, options, going); });
}

Status rangeTest(Session& session, const RangeTestOptions& options, const Going& going, Done<RangeTest> done)
{
    return post<RangeTest>(session, std::move(done), [options, going](train::Engine& engine) {
        return train::rangeTest(engine, options, going);
    });
}

Status searchBatchSize(Session& session, const BatchSearchOptions& options, const Going& going, Done<BatchSearch> done)
{
    return post<BatchSearch>(session, std::move(done), [options, going](train::Engine& engine) {
        return train::searchBatchSize(engine, options, going);
    });
}

Value toValue(const RangeTest& test)
{
    base::Array lr, loss, smoothed;
    for (std::size_t i = 0; i < test.lr.size(); ++i) {
        lr.push_back(test.lr[i]);
        loss.push_back(test.loss[i]);
        smoothed.push_back(test.smoothed[i]);
    }
    base::Object suggestions;
    for (const auto& [name, rate] : test.suggestions)
        suggestions.set(name, rate);
    return base::Object{{"step", test.step},         {"lr", std::move(lr)},
                        {"loss", std::move(loss)},   {"smoothed", std::move(smoothed)},
                        {"diverged", test.diverged}, {"suggestions", std::move(suggestions)},
                        {"digest", test.digest}};
}

Value toValue(const BatchSearch& search)
{
    base::Array trials;
    for (const BatchTrial& trial : search.trials) {
        base::Object each{{"batch_size", trial.batchSize}, {"fits", trial.fits}};
        if (trial.fits) {
            each.set("seconds_per_step", trial.secondsPerStep);
            each.set("rows_per_second", trial.rowsPerSecond);
            each.set("bytes", std::int64_t(trial.bytes));
        } else {
            each.set("why", trial.why);
        }
        trials.push_back(std::move(each));
    }
    return base::Object{{"step", search.step},         {"present", search.present},
                        {"trials", std::move(trials)}, {"fastest", search.fastest},
                        {"largest", search.largest},   {"free_bytes", std::int64_t(search.freeBytes)},
                        {"digest", search.digest}};
}

}
