// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <mutex>

namespace tests {

using namespace core;
using session::Session;

inline base::Value resolved(const std::string& text)
{
    const auto tree = base::parseJson(text);
    REQUIRE(tree);
    const spec::Checked checked = spec::resolve(*tree, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

inline base::Value moons(std::int64_t seed, std::int64_t threads, double dropout = 0.2)
{
    base::Value value = resolved(
        R"({"data": {"source": "two-moons", "rows": 150}, "model": {"kind": "mlp", "hidden": [24, 24], "dropout": 0.2},
        "train": {"epochs": 12, "batch_size": 16, "optimizer": "adam"}})");
    (void)value.setAt("train.seed", seed);
    (void)value.setAt("train.threads", threads);
    (void)value.setAt("model.dropout", dropout);
    return value;
}

inline std::unique_ptr<Session> made(const base::Value& spec, const TempFolder& folder, bool paused = false)
{
    auto run = Session::create(spec, {folder.path(), "cpu", paused});
    if (!run)
        FAIL(base::describe(run.error()));
    return std::move(*run);
}

// What a run did, as lines.
class Watcher final : public events::EventSink {
public:
    void onScalars(const events::ScalarRow& row) override
    {
        std::lock_guard lock(m_mutex);
        if (row.group == 0)
            m_steps = row.step + 1;
    }
    void onEvent(const events::Event& event) override
    {
        std::lock_guard lock(m_mutex);
        if (const auto* changed = std::get_if<events::StateChanged>(&event))
            m_state = changed->state;
        if (const auto* edited = std::get_if<events::Edited>(&event))
            m_edits.push_back(*edited);
    }
    std::int64_t steps() const
    {
        std::lock_guard lock(m_mutex);
        return m_steps;
    }
    events::RunState state() const
    {
        std::lock_guard lock(m_mutex);
        return m_state;
    }
    std::vector<events::Edited> edits() const
    {
        std::lock_guard lock(m_mutex);
        return m_edits;
    }

private:
    mutable std::mutex m_mutex;
    std::int64_t m_steps = 0;
    events::RunState m_state = events::RunState::Preparing;
    std::vector<events::Edited> m_edits;
};

}
