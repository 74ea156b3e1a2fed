// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/study.h"

#include "core/base/json.h"
#include "core/tune/records.h"

#include <algorithm>
#include <set>

namespace core::tune {

using namespace base;

Result<std::unique_ptr<Pruner>> makePruner(const TuningSpec& spec)
{
    CORE_TRY(sampler, allSamplers().make(spec.strategy));
    return allPruners().make(sampler->earlyStopping().value_or(spec.earlyStopping));
}

Result<Study> Study::create(const std::string& name, const TuningSpec& spec, const std::filesystem::path& file,
                            Clock clock)
{
    // Free names here: whoever has an experiment has checked the paths against it.
    TuningChecked checked = checkTuning(spec);
    if (!checked.problems.empty())
        return std::move(checked.problems.front());
    Study study;
    study.m_clock = std::move(clock);
    if (!file.empty()) {
        CORE_TRY(journal, JournalWriter::open(file, "this study"));
        if (!journal.before().records.empty())
            return Error{ErrorKind::Usage, "there is a study already", file.string(), "Open it, or name another file"};
        study.m_journal = std::move(journal);
    }
    CORE_CHECK(study.record(records::create(name, spec, study.m_clock())));
    CORE_CHECK(study.takeStrategy());
    return study;
}

Result<Study> Study::open(const std::filesystem::path& file, Clock clock)
{
    if (!std::filesystem::exists(file))
        return Error{ErrorKind::Data, "there is no study", file.string(), "Name the journal of one"};
    Study study;
    study.m_clock = std::move(clock);
    CORE_TRY(journal, JournalWriter::open(file, "this study"));
    StudyRead read = foldStudy(journal.before().records);
    if (read.state.created == 0 && read.state.order == 0)
        return Error{ErrorKind::Data, "holds no study", file.string(), "Its first line must be whole: make it anew"};
    study.m_damaged = journal.before().damaged + read.leftOut;
    study.m_state = std::move(read.state);
    study.m_journal = std::move(journal);
    CORE_CHECK(study.takeStrategy());
    return study;
}

Status Study::takeStrategy()
{
    CORE_TRY(sampler, allSamplers().make(m_state.spec.strategy));
    CORE_TRY(pruner, makePruner(m_state.spec));
    m_sampler = std::move(sampler);
    m_pruner = std::move(pruner);
    return {};
}

namespace {

// What a record may change, kept until the record is on disk. A whole copy of a long study for every value reported
// would take longer than the trial.
class Before {
public:
    Before(const StudyState& state, const Object& record)
        : m_size(state.trials.size()),
          m_order(state.order),
          m_paused(state.paused),
          m_ended(state.ended)
    {
        const Value* trial = record.find("trial");
        if (!trial)
            m_whole = state;
        else if (trial->toInt() >= 0 && std::size_t(trial->toInt()) < m_size)
            m_trial = state.trials[std::size_t(trial->toInt())];
    }
    void restore(StudyState& state) const
    {
        if (m_whole) {
            state = *m_whole;
            return;
        }
        state.trials.resize(m_size);
        if (m_trial)
            state.trials[std::size_t(m_trial->number)] = *m_trial;
        state.order = m_order;
        state.paused = m_paused;
        state.ended = m_ended;
    }

private:
    std::size_t m_size;
    std::int64_t m_order;
    bool m_paused;
    std::string m_ended;
    std::optional<Trial> m_trial;
    std::optional<StudyState> m_whole;
};

}

Status Study::record(const Object& record)
{
    // Applied first: what does not fit must not get into the file.
    const Before before(m_state, record);
    CORE_CHECK(m_state.apply(record));
    if (!m_journal)
        return {};
    // A value on the way is told again by whoever lost it; of a network that is small there are thousands.
    Status written = m_journal->append(record, record.find("op")->text() != "report");
    if (!written)
        before.restore(m_state);
    return written;
}

std::string Study::completion() const
{
    const TuningSpec& spec = m_state.spec;
    const History history = m_state.history();
    std::vector<const Trial*> completed;
    std::int64_t made = 0;
    for (const Trial& trial : m_state.trials) {
        made += trial.source == "strategy" || trial.source == "person";
        if (trial.state == TrialState::Completed)
            completed.push_back(&trial);
    }
    const bool open = std::ranges::any_of(m_state.trials, [](const Trial& each) { return !isFinished(each.state); });
    if (spec.maxRuntime && m_clock() - m_state.created >= *spec.maxRuntime)
        return "it ran for max_runtime_in_seconds";
    const Trial* best = history.best();
    if (spec.completion.target && best && history.loss(*best) <= history.asLoss(*spec.completion.target))
        return "trial " + std::to_string(best->number) + " reached the target";
    if (spec.completion.notImproving && best) {
        std::int64_t since = 0;
        for (const Trial* trial : completed)
            since += trial->finished > best->finished;
        if (since >= *spec.completion.notImproving)
            return std::to_string(since) + " trials since the best were no better";
    }
    if (spec.completion.onConvergence && m_sampler->converged(history))
        return "the strategy expects nothing better";
    if (!open && made >= m_state.maxJobs)
        return "all " + std::to_string(m_state.maxJobs) + " trials have ended";
    return {};
}

Result<std::optional<Trial>> Study::ask()
{
    m_whyNot = m_state.ended;
    if (m_whyNot.empty() && m_state.paused)
        m_whyNot = "the study is paused";
    if (!m_whyNot.empty())
        return std::optional<Trial>{};
    if (const std::string why = completion(); !why.empty()) {
        m_whyNot = why;
        CORE_CHECK(record(records::end(why, m_clock())));
        return std::optional<Trial>{};
    }
    if (m_state.count(TrialState::Running) >= m_state.spec.maxParallelJobs) {
        m_whyNot = "max_parallel_jobs trials are running";
        return std::optional<Trial>{};
    }
    const auto waiting = std::ranges::find(m_state.trials, TrialState::Waiting, &Trial::state);
    if (waiting == m_state.trials.end())
        return askStrategy();
    const std::int64_t number = waiting->number;
    CORE_CHECK(record(records::start(number, m_clock())));
    return std::optional(m_state.trials[std::size_t(number)]);
}

bool Study::isKnown(const Object& point) const
{
    return std::ranges::any_of(m_state.trials, [&](const Trial& each) {
        return each.state != TrialState::Failed && each.parameters == point;
    });
}

bool Study::isExhausted() const
{
    const auto count = m_state.space.count();
    if (!count || *count > std::int64_t(m_state.trials.size()))
        return false;
    std::set<std::vector<double>> tried;
    for (const Trial& each : m_state.trials)
        if (m_state.space.holds(each.parameters))
            tried.insert(m_state.space.filledUnitOf(each.parameters));
    return std::int64_t(tried.size()) >= *count;
}

Result<std::optional<Trial>> Study::askStrategy()
{
    const auto counts = [](const Trial& each) { return each.source == "strategy" || each.source == "person"; };
    if (std::ranges::count_if(m_state.trials, counts) >= m_state.maxJobs) {
        m_whyNot = "all trials are made; some are still running";
        return std::optional<Trial>{};
    }
    const auto number = std::int64_t(m_state.trials.size());
    // Where a strategy has nothing new after so many tries, the objective may as well be noisy.
    constexpr std::uint64_t tries = 8;
    std::optional<Proposal> proposal;
    for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
        auto next = m_sampler->propose(m_state.history(), number, attempt);
        if (!next && attempt == 0) {
            const bool running = m_state.count(TrialState::Running) + m_state.count(TrialState::Paused) > 0;
            m_whyNot = m_sampler->waitsForPeople() ? "the study waits for a point to be picked"
                       : running                   ? "the strategy waits for trials that run"
                                                   : "the strategy has no point left";
            if (!running && !m_sampler->waitsForPeople())
                CORE_CHECK(record(records::end(m_whyNot, m_clock())));
            return std::optional<Trial>{};
        }
        if (!next)
            break;
        proposal = std::move(next);
        if (!isKnown(proposal->parameters) || isExhausted())
            break;
    }
    Trial trial;
    trial.number = number;
    trial.parameters = std::move(proposal->parameters);
    trial.notes = std::move(proposal->notes);
    CORE_CHECK(record(records::add(trial, true, m_clock())));
    return std::optional(m_state.trials.back());
}

Result<std::optional<Stop>> Study::report(std::int64_t trial, std::int64_t step, double value)
{
    CORE_CHECK(record(records::report(trial, step, value, m_clock())));
    const Trial& reported = m_state.trials[std::size_t(trial)];
    // A revived trial is to run to its end, and a step told again was judged before.
    if (reported.notes.find("revived") || reported.lastStep() != step)
        return std::optional<Stop>{};
    return m_pruner->judge(m_state.history(), reported);
}

Status Study::tell(std::int64_t trial, const std::vector<double>& values)
{
    return record(records::tell(trial, values, m_clock()));
}

Status Study::stop(std::int64_t trial, const Stop& why)
{
    return record(records::stop(trial, why, m_clock()));
}

Status Study::fail(std::int64_t trial, const std::string& error)
{
    return record(records::fail(trial, error, m_clock()));
}

Status Study::died(std::int64_t trial, const std::string& error)
{
    const bool again = trial >= 0 && trial < std::int64_t(m_state.trials.size()) &&
                       m_state.trials[std::size_t(trial)].attempt < m_state.spec.retries;
    return record(again ? records::retry(trial, error, m_clock()) : records::fail(trial, error, m_clock()));
}

Result<std::int64_t> Study::enqueue(const Object& point, const std::string& source)
{
    Trial trial;
    trial.number = std::int64_t(m_state.trials.size());
    trial.parameters = m_state.space.asWritten(point);
    CORE_CHECK(m_state.space.check(trial.parameters, "enqueue"));
    trial.source = source;
    CORE_CHECK(record(records::add(trial, false, m_clock())));
    return trial.number;
}

Result<std::int64_t> Study::import(Trial trial)
{
    trial.number = std::int64_t(m_state.trials.size());
    CORE_CHECK(record(records::import(trial, m_clock())));
    return trial.number;
}

Status Study::start(std::int64_t trial)
{
    return record(records::start(trial, m_clock()));
}

Status Study::skip(std::int64_t trial)
{
    return record(records::skip(trial, m_clock()));
}

Status Study::pause(std::optional<std::int64_t> trial)
{
    return record(records::pause(trial, m_clock()));
}

Status Study::resume(std::optional<std::int64_t> trial)
{
    return record(records::resume(trial, m_clock()));
}

Status Study::revive(std::int64_t trial)
{
    return record(records::revive(trial, m_clock()));
}

Status Study::note(std::int64_t trial, const std::string& key, const Value& value)
{
    return record(records::note(trial, key, value, m_clock()));
}

Status Study::setRun(std::int64_t trial, const std::string& run)
{
    return record(records::run(trial, run, m_clock()));
}

Status Study::setShare(const MachineShare& share)
{
    return record(records::share(share, m_clock()));
}

Status Study::change(const TuningSpec& spec)
{
    if (spec.objective != m_state.spec.objective)
        return Error{ErrorKind::Usage, "the objective of a study cannot be changed", "/tuning/objective",
                     "Its trials were made for another: start a new one, warm from this"};
    TuningChecked checked = checkTuning(spec);
    if (!checked.problems.empty())
        return std::move(checked.problems.front());
    CORE_CHECK(record(records::change(spec, m_clock())));
    return takeStrategy();
}

}
