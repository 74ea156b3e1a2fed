// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/aside.h"

#include "core/base/json.h"
#include "core/train/engine.h"

#include <c10/util/Exception.h>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

std::string digestOf(const Engine& engine, const store::Checkpoint& state)
{
    return tensor::digestOf(engine.learner().state()) + " " + base::writeJson(state.state);
}

Status tried(Engine& engine, const std::function<Status(Engine&)>& work)
{
    try {
        return work(engine);
    } catch (const c10::OutOfMemoryError&) {
        return Error{ErrorKind::Resource, "the device is out of memory", "trial", {}};
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource, "not enough memory", "trial", {}};
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "trial", {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), "trial", {}};
    }
}

}

base::Result<PutBack> aside(Engine& engine, const std::function<Status(Engine&)>& work)
{
    const store::Checkpoint state = engine.snapshot();
    const std::optional<Best> best = engine.best();
    PutBack proof{digestOf(engine, state), {}};
    const Status done = tried(engine, work);
    CORE_CHECK(engine.load(state));
    if (best)
        engine.setBest(*best);
    proof.after = digestOf(engine, engine.snapshot());
    if (!proof.proved())
        return Error{ErrorKind::Run, "what was tried could not be put back", "step " + std::to_string(engine.step()),
                     "Stop this run and branch from its newest checkpoint; please report this"};
    // A short form is enough to show.
    proof.before = proof.after = proof.before.substr(0, proof.before.find(' '));
    CORE_CHECK(done);
    return proof;
}

}
