// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_engine.h"
#include "core/events/hub.h"
#include "core/store/run_record.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <variant>

namespace core::session {

/// Runs the rules beside a training, on a thread of its own: the trainer hands on what it saves and is never kept
/// waiting. What is found is published as Finding and RuleStateChanged, so that it is recorded.
///
/// Rules say of a run what its recorded signals make them say: where a run is taken up again they look at its past
/// first, and what is in the journal already is not told twice.
class LiveRules final : public events::EventSink {
public:
    /// What is done when a rule fires for the first time; on the rules' thread. True if it stops the run.
    using Fired = std::function<bool(const spec::RuleSpec& rule, const events::Finding& finding)>;
    struct Past {
        std::shared_ptr<const store::RunRecord> record; ///< what was recorded before
        std::int64_t from = 0;                          ///< the step at which the training goes on
    };

    /// The run as it is recorded now; for rules that could not keep up, and for those that come while it goes.
    using Recorded = std::function<base::Result<store::RunRecord>()>;

    LiveRules(events::EventHub& hub, base::Value resolved, std::filesystem::path runs, Past past, Fired fired,
              Recorded recorded);
    ~LiveRules() override;

    void onScalars(const events::ScalarRow& row) override;
    void onEvent(const events::Event& event) override;

    /// Waits until all that came has been looked at, and ends the rules. Nothing is published after it.
    void settle(debug::Ending ending);
    /// All of the run's so far, those of its past included.
    std::vector<events::Finding> findings() const;

private:
    using Item = std::variant<events::ScalarRow, events::TensorStats, events::TensorsNamed, events::RunOpened,
                              events::StateChanged, events::StepTimes, events::Edited>;

    void work(const std::stop_token& stop);
    void push(Item item);
    void take(const Item& item);
    void add(const events::ScalarRow& row);
    void add(const events::TensorStats& stats);
    void open(const events::RunOpened& opened);
    void change(const events::Edited& edit);
    void nameGroups();
    void lookBack(const store::RunRecord& record, std::int64_t before, bool judged);
    bool catchUp(std::int64_t before, bool judged);
    void begin(std::int64_t step, debug::Mode mode, double time);
    void close();
    void publish();

    events::EventHub& m_hub;
    base::Value m_resolved;
    std::filesystem::path m_runs;
    std::vector<spec::RuleSpec> m_rules;
    std::vector<std::string> m_names;
    Past m_past;
    Fired m_fired;
    Recorded m_recorded;
    std::optional<events::RunOpened> m_opened;
    std::unique_ptr<debug::RuleEngine> m_engine; ///< from when the run is open
    debug::Signals m_signals;

    // What the journal has already.
    std::set<std::tuple<std::string, std::int64_t, std::string>> m_told;
    std::map<std::string, std::string> m_toldStates;

    // On the rules' thread alone.
    struct Group {
        bool evaluation = false, ranks = false;
        std::vector<debug::SignalId> signals;
    };
    struct TensorSet {
        bool evaluation = false;
        std::vector<debug::SignalId> signals;
        std::vector<std::string> statistics;
    };
    std::vector<Group> m_groups;
    std::map<std::int64_t, TensorSet> m_sets;
    debug::Frame m_frame;
    std::vector<debug::Sample> m_samples;
    bool m_open = false; ///< a frame is being gathered
    std::int64_t m_evaluations = 0;
    double m_lastTime = 0;

    mutable std::mutex m_mutex; ///< of what follows
    std::condition_variable m_changed;
    std::vector<Item> m_waiting;
    std::vector<events::Finding> m_all;
    bool m_over = false, m_lost = false;
    std::jthread m_thread; ///< last: joined before anything it uses goes
};

}
