// SPDX-License-Identifier: GPL-3.0-or-later
// `runs ranks`: what each rank of a training did.
#include "app/cli/ranks.h"
#include "core/store/rank_record.h"
#include "core/store/run_folder.h"

namespace app::cli {

using namespace core::base;

namespace {

std::string lineOfRank(const Value& rank)
{
    char line[160];
    std::snprintf(
        line, sizeof line, "%5lld %7lld %11s %11s %12s %9s  %s  %s  %s\n", static_cast<long long>(rank["rank"].toInt()),
        static_cast<long long>(rank["rows"].toReal()), shown(rank["loss"].toReal(std::nan(""))).c_str(),
        shown(rank["grad_norm"].toReal(std::nan(""))).c_str(), shown(1000 * rank["compute_seconds"].toReal()).c_str(),
        shown(1000 * rank["wait_seconds"].toReal()).c_str(), rank["weights_digest"].text().c_str(),
        rank["statistics_digest"].text().c_str(), rank["batch_digest"].text().c_str());
    return line;
}

}

Result<Outcome> ranksOfRun(const Common& common, const std::string& run, std::int64_t step)
{
    CORE_TRY(folder, core::store::findRun(run, common.runsFolder()));
    CORE_TRY(record, core::store::readRun(folder));
    Object report = core::store::rankReport(record, step);
    const Value told = report;
    if (told["ranks"].array().empty())
        return Error{ErrorKind::Run, "has no figures of ranks" + (step < 0 ? std::string() : " up to that step"), run,
                     "Train it on several: distributed.strategy=ddp, or launch --nproc 2"};
    Object object{{"run", folder.string()}};
    for (const auto& [key, value] : report)
        object.set(key, value);
    std::string text = "Step " + std::to_string(told["step"].toInt()) + ", the last of " +
                       std::to_string(told["measured_steps"].toInt()) +
                       " that were measured\n rank    rows        loss   grad norm   compute ms   wait ms  weights   "
                       "statistics  rows\n";
    for (const Value& rank : told["ranks"].array())
        text += lineOfRank(rank);
    text += told["replicas_equal"].toBool() ? "All replicas have the same weights.\n" : "Replicas differ.\n";
    if (!told["statistics_equal"].toBool())
        text += "Batch norm's statistics differ.\n";
    if (told["rows_shared"].toBool())
        text += "Ranks learn from the same rows.\n";
    return Outcome{std::move(object), std::move(text)};
}

}
