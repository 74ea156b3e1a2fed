// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/rule_desk.h"

#include "core/session/rules.h"
#include "ui/bridge/workbench.h"
#include "ui/bridge/worker.h"

#include <atomic>
#include <map>
#include <mutex>

namespace ui::bridge {

using core::base::Result;
using core::debug::Evidence;
using core::store::RunRecord;

namespace {

constexpr std::size_t mostKept = 64; ///< traces of other runs

struct Read {
    core::debug::Trace trace;
    core::debug::RunFacts facts;
    bool ended = false;
};
using Shared = std::shared_ptr<const Read>;

}

/// Traces by folder. A run that goes on is read anew each time; others once.
struct RuleDesk::Kept {
    std::mutex mutex;
    std::map<std::string, Shared> all;
    std::atomic<quint64> asked{0}, askedElsewhere{0};

    Result<Shared> read(const std::string& folder)
    {
        {
            const std::lock_guard lock(mutex);
            if (const auto found = all.find(folder); found != all.end() && found->second->ended)
                return found->second;
        }
        CORE_TRY(record, core::store::readRun(folder));
        auto made = std::make_shared<Read>();
        made->trace = core::session::traceOf(record);
        made->facts = core::session::factsOf(record.spec, record.opened ? &*record.opened : nullptr,
                                             std::filesystem::path(folder).parent_path());
        made->ended = record.finished.has_value();
        const std::lock_guard lock(mutex);
        if (all.size() >= mostKept)
            all.erase(all.begin());
        all[folder] = made;
        return Shared(made);
    }
};

RuleDesk::RuleDesk(Workbench& bench, QObject* parent)
    : QObject(parent),
      m_bench(bench),
      m_kept(std::make_shared<Kept>()),
      m_elsewhereWorker(std::make_unique<Worker>(*this)),
      m_worker(std::make_unique<Worker>(*this))
{
}

RuleDesk::~RuleDesk()
{
    ++m_kept->asked;
    ++m_kept->askedElsewhere;
}

void RuleDesk::forget()
{
    m_asked = ++m_kept->asked;
    m_askedElsewhere = ++m_kept->askedElsewhere;
    m_result.reset();
    m_problem.clear();
    m_elsewhere.clear();
    const std::lock_guard lock(m_kept->mutex);
    m_kept->all.clear();
}

void RuleDesk::study(const QString& folder, const core::spec::RuleSpec& rule)
{
    m_asked = ++m_kept->asked;
    m_worker->run([this, kept = m_kept, folder = folder.toStdString(), rule, number = m_asked]() -> Worker::Answer {
        // While a threshold is dragged only the newest place matters.
        if (number != kept->asked)
            return {};
        const auto read = kept->read(folder);
        if (!read)
            return [this, number, error = read.error()] {
                if (number != m_asked)
                    return;
                m_result.reset();
                m_problem = QString::fromStdString(core::base::describe(error));
                Q_EMIT studied();
            };
        auto evidence = std::make_shared<Evidence>(core::debug::evidenceOf(rule, (*read)->trace, (*read)->facts));
        return [this, number, evidence] {
            if (number != m_asked)
                return;
            m_result = std::move(*evidence);
            m_problem.clear();
            Q_EMIT studied();
        };
    });
}

void RuleDesk::lookElsewhere(const QString& except, const core::spec::RuleSpec& rule)
{
    m_askedElsewhere = ++m_kept->askedElsewhere;
    m_elsewhereWorker->run([this, kept = m_kept, runs = m_bench.runsFolder().toStdString(),
                            except = except.toStdString(), rule, number = m_askedElsewhere]() -> Worker::Answer {
        auto found = std::make_shared<std::vector<RuleElsewhere>>();
        for (const core::store::RunSummary& run : core::store::listRuns(runs)) {
            if (number != kept->askedElsewhere)
                return {};
            if (run.folder == except || !run.problem.empty())
                continue;
            const auto read = kept->read(run.folder.string());
            if (!read)
                continue;
            const auto told =
                core::debug::run({rule}, (*read)->trace, (*read)->facts, core::debug::Ending::Open).findings;
            found->push_back({QString::fromStdString(run.id), QString::fromStdString(run.folder.string()),
                              std::int64_t(told.size()), told.empty() ? -1 : double(told.front().step)});
        }
        return [this, number, found] {
            if (number != m_askedElsewhere)
                return;
            m_elsewhere = std::move(*found);
            Q_EMIT elsewhereChanged();
        };
    });
}

}
