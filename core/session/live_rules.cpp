// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/live_rules.h"

#include "core/base/clock.h"
#include "core/base/thread_name.h"
#include "core/debug/data_signal.h"
#include "core/session/rules.h"
#include "core/spec/experiment.h"
#include "core/store/columns.h"

#include <algorithm>

namespace core::session {

using debug::Mode;

namespace {

/// Between two looks at what came: the trainer wakes nobody.
constexpr std::chrono::milliseconds pace{20};
constexpr std::size_t mostWaiting = 1 << 20;

}

LiveRules::LiveRules(events::EventHub& hub, base::Value resolved, std::filesystem::path runs, Past past, Fired fired,
                     Recorded recorded)
    : m_hub(hub),
      m_resolved(std::move(resolved)),
      m_runs(std::move(runs)),
      m_past(std::move(past)),
      m_fired(std::move(fired)),
      m_recorded(std::move(recorded))
{
    if (m_past.record)
        m_resolved = withRulesOf(std::move(m_resolved), m_past.record->events, m_past.from);
    m_rules = spec::read(m_resolved).rules;
    m_names = spec::ruleNames(m_rules);
    m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

LiveRules::~LiveRules() = default;

void LiveRules::onScalars(const events::ScalarRow& row)
{
    push(row);
}

void LiveRules::onEvent(const events::Event& event)
{
    if (const auto* stats = std::get_if<events::TensorStats>(&event))
        push(*stats);
    else if (const auto* named = std::get_if<events::TensorsNamed>(&event))
        push(*named);
    else if (const auto* opened = std::get_if<events::RunOpened>(&event))
        push(*opened);
    else if (const auto* changed = std::get_if<events::StateChanged>(&event))
        push(*changed);
    else if (const auto* times = std::get_if<events::StepTimes>(&event); times && times->count > 0)
        push(*times);
    else if (const auto* edit = std::get_if<events::Edited>(&event); edit && editsRules(*edit))
        push(*edit);
}

void LiveRules::push(Item item)
{
    const std::lock_guard lock(m_mutex);
    if (m_over || m_lost)
        return;
    // What was recorded is looked at once more in the end.
    m_lost = m_waiting.size() >= mostWaiting;
    if (!m_lost)
        m_waiting.push_back(std::move(item));
}

void LiveRules::work(const std::stop_token& stop)
{
    base::nameBackgroundThread("rules");
    std::vector<Item> items;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            if (m_waiting.empty() && stop.stop_requested())
                return;
            if (m_waiting.empty())
                m_changed.wait_for(lock, pace);
            items.clear();
            items.swap(m_waiting);
        }
        for (const Item& item : items)
            take(item);
        // A run that hangs is noticed without anything new.
        if (m_engine && m_lastTime > 0 && items.empty())
            m_engine->silence(m_lastTime, base::wallSeconds());
        publish();
    }
}

void LiveRules::take(const Item& item)
{
    if (const auto* row = std::get_if<events::ScalarRow>(&item)) {
        add(*row);
    } else if (const auto* stats = std::get_if<events::TensorStats>(&item)) {
        add(*stats);
    } else if (const auto* named = std::get_if<events::TensorsNamed>(&item)) {
        TensorSet set{false, {}, named->statistics};
        for (const std::string& tensor : named->tensors) {
            set.evaluation = tensor.starts_with(spec::atEvaluation);
            for (const std::string& statistic : named->statistics)
                set.signals.push_back(m_signals.add(tensor, statistic));
        }
        m_sets[named->set] = std::move(set);
    } else if (const auto* opened = std::get_if<events::RunOpened>(&item)) {
        open(*opened);
    } else if (const auto* times = std::get_if<events::StepTimes>(&item)) {
        const debug::Sample wait{m_signals.add("profile/data_wait", "value"), dataWaitOf(*times)};
        const std::int64_t step = times->step + times->count - 1;
        if (m_engine)
            m_engine->advance(m_signals, {step, step, Mode::Global, m_frame.time, {&wait, 1}, false});
    } else if (const auto* edit = std::get_if<events::Edited>(&item)) {
        change(*edit);
    } else if (const auto* changed = std::get_if<events::StateChanged>(&item)) {
        close();
        // While it is paused nothing can stall.
        m_lastTime = 0;
        if (changed->state == events::RunState::Running) {
            m_lastTime = base::wallSeconds();
            if (m_engine)
                m_engine->advance(m_signals, {changed->step, changed->step, Mode::Global, m_lastTime, {}, true});
        }
    }
}

void LiveRules::open(const events::RunOpened& opened)
{
    if (!m_engine)
        m_engine = std::make_unique<debug::RuleEngine>(m_rules, factsOf(m_resolved, &opened, m_runs));
    m_signals.know(spec::layerTypes(opened.layers));
    if (const auto past = std::exchange(m_past.record, nullptr); past && m_past.from > 0)
        lookBack(*past, m_past.from, false);
    m_opened = opened;
    nameGroups();
}

void LiveRules::nameGroups()
{
    m_groups.clear();
    for (const auto& names : m_opened->groups) {
        Group group;
        for (const std::string& name : names) {
            group.ranks = name.starts_with("ranks/");
            group.evaluation = !name.starts_with("train/") && !group.ranks && !name.starts_with(debug::dataSignals);
            group.signals.push_back(m_signals.add(name, "value"));
        }
        m_groups.push_back(std::move(group));
    }
}

// Rules of one edit look at all that was recorded before it, as if they had been there from the start.
void LiveRules::change(const events::Edited& edit)
{
    if (!m_resolved.setAt(edit.path, edit.after))
        return;
    m_rules = spec::read(m_resolved).rules;
    m_names = spec::ruleNames(m_rules);
    if (!m_engine || !m_opened)
        return;
    close();
    publish();
    m_past.from = edit.step;
    if (!catchUp(edit.step, true))
        m_engine = std::make_unique<debug::RuleEngine>(m_rules, factsOf(m_resolved, &*m_opened, m_runs));
    nameGroups();
}

// Brings the rules to where the run goes on. What they said of it then is in the journal.
void LiveRules::lookBack(const store::RunRecord& record, std::int64_t before, bool judged)
{
    debug::Trace trace = traceOf(record, before, judged);
    m_evaluations = 0;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const debug::Frame frame = trace.frame(i);
        m_engine->advance(trace.known, frame);
        m_evaluations += frame.mode == Mode::Eval;
    }
    m_signals = std::move(trace.known);
    for (const events::Event& event : record.events)
        if (const auto* finding = std::get_if<events::Finding>(&event); finding && finding->step < before) {
            if (!m_told.emplace(finding->rule, finding->step, finding->tensor).second)
                continue;
            const std::lock_guard lock(m_mutex);
            m_all.push_back(*finding);
        } else if (const auto* change = std::get_if<events::RuleStateChanged>(&event);
                   change && change->step < before) {
            m_toldStates[change->rule] = change->state;
        }
    // Of the states only those that they are in now.
    (void)m_engine->takeChanges();
    for (const events::RuleStateChanged& state : m_engine->states())
        if (std::string& told = m_toldStates[state.rule]; told != state.state) {
            told = state.state;
            m_hub.publish(events::Event(state));
        }
}

// Of rules that lagged so far behind that they lost the thread, and of those that were not there yet.
bool LiveRules::catchUp(std::int64_t before, bool judged)
{
    const auto record = m_recorded ? m_recorded() : base::Result<store::RunRecord>(base::Error{});
    if (!record || !record->opened)
        return false;
    m_engine = std::make_unique<debug::RuleEngine>(m_rules, factsOf(m_resolved, &*record->opened, m_runs));
    lookBack(*record, before, judged);
    return true;
}

void LiveRules::begin(std::int64_t step, Mode mode, double time)
{
    if (m_open && m_frame.step == step && m_frame.mode == mode) {
        m_frame.time = time > 0 ? time : m_frame.time;
        return;
    }
    close();
    m_open = true;
    m_frame = {step, mode == Mode::Eval ? m_evaluations++ : step, mode, time > 0 ? time : m_frame.time, {}, false};
    m_samples.clear();
}

void LiveRules::close()
{
    if (!m_open)
        return;
    m_open = false;
    m_frame.samples = m_samples;
    m_lastTime = m_frame.time;
    if (m_engine)
        m_engine->advance(m_signals, m_frame);
}

void LiveRules::add(const events::ScalarRow& row)
{
    if (row.group >= m_groups.size())
        return;
    const Group& group = m_groups[row.group];
    begin(row.step, group.evaluation ? Mode::Eval : Mode::Train, store::roundTime(row.time));
    for (std::size_t i = 0; i < row.count && i < group.signals.size(); ++i)
        m_samples.push_back({group.signals[i], row.values[i]});
    // A training step's row is the last of it; those of its ranks come before.
    if (!group.evaluation && !group.ranks)
        close();
}

void LiveRules::add(const events::TensorStats& stats)
{
    const auto found = m_sets.find(stats.set);
    if (found == m_sets.end() || stats.values.size() != found->second.signals.size())
        return;
    const TensorSet& set = found->second;
    begin(stats.step, set.evaluation ? Mode::Eval : Mode::Train, 0);
    for (std::size_t i = 0; i < stats.values.size(); ++i) {
        const store::Kept kept = store::keptAs(set.statistics[i % set.statistics.size()]);
        // As the store gives it back, so that a recorded run makes rules say the same.
        const double value = store::asKept(kept, stats.values[i]);
        if (!std::isnan(value) && !(kept == store::Kept::Count && value < 0))
            m_samples.push_back({set.signals[i], value});
    }
}

void LiveRules::publish()
{
    if (!m_engine)
        return;
    for (const events::RuleStateChanged& change : m_engine->takeChanges())
        if (std::string& told = m_toldStates[change.rule]; told != change.state) {
            told = change.state;
            m_hub.publish(events::Event(change));
        }
    for (events::Finding& finding : m_engine->takeFindings()) {
        if (!m_told.emplace(finding.rule, finding.step, finding.tensor).second)
            continue;
        m_hub.publish(events::Event(finding));
        const std::size_t rule = std::size_t(std::ranges::find(m_names, finding.rule) - m_names.begin());
        bool first = false;
        {
            const std::lock_guard lock(m_mutex);
            first = std::ranges::none_of(m_all, [&](const events::Finding& one) { return one.rule == finding.rule; });
            m_all.push_back(finding);
        }
        // What the past of a branch did is done.
        if (first && m_fired && finding.step >= m_past.from && rule < m_rules.size() && m_fired(m_rules[rule], finding))
            m_engine->stop();
    }
}

void LiveRules::settle(debug::Ending ending)
{
    bool lost = false;
    {
        const std::lock_guard lock(m_mutex);
        m_over = true;
        lost = m_lost;
    }
    m_thread.request_stop();
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
    close();
    // Trained to its end by a process that died before it was recorded.
    if (const auto record = m_past.record; !m_engine && record && record->opened)
        open(*record->opened);
    if (lost)
        (void)catchUp(std::numeric_limits<std::int64_t>::max(), false);
    if (!m_engine)
        return;
    m_engine->finish(ending);
    publish();
}

std::vector<events::Finding> LiveRules::findings() const
{
    const std::lock_guard lock(m_mutex);
    return m_all;
}

}
