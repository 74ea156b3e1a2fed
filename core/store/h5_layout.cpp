// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_layout.h"

#include "core/base/clock.h"
#include "core/base/json.h"

namespace core::store::layout {

std::string groupOf(const std::string& name)
{
    return "/scalars/" + name;
}

std::string tensorGroupOf(const std::string& name)
{
    return "/tensors/" + name;
}

h5::Id createColumn(hid_t where, const std::string& path, const std::string& statistic,
                    const std::vector<double>& values, const h5::DatasetOptions& options)
{
    switch (keptAs(statistic)) {
    case Kept::Count:
        return h5::createIntegers(where, path, {values.begin(), values.end()}, options);
    case Kept::Single:
        return h5::createSingles(where, path, {values.begin(), values.end()}, options);
    case Kept::Double:
        break;
    }
    return h5::createReals(where, path, values, options);
}

void writeFacts(hid_t file, const RunRecord& record, std::string_view status)
{
    const base::Value& spec = record.opened ? record.opened->spec : record.spec;
    h5::writeAttribute(file, "format", std::string("descent-run"));
    h5::writeAttribute(file, "format_version", version);
    h5::writeAttribute(file, "software", std::string("descent"));
    h5::writeAttribute(file, "id", record.id);
    h5::writeAttribute(file, "name", spec["name"].text());
    h5::writeAttribute(file, "status", std::string(status));
    h5::writeAttribute(file, "created", base::isoTime(record.created));
    h5::writeAttribute(file, "config_json", base::writeJson(spec));
    const base::Value* seed = spec.at("train.seed");
    h5::writeAttribute(file, "seed", seed ? seed->toInt() : 0);
    const events::RunOpened opened = record.opened.value_or(events::RunOpened{});
    h5::writeAttribute(file, "threads", opened.threads);
    h5::writeAttribute(file, "device", opened.device);
    h5::writeAttribute(file, "torch", opened.torch);
    h5::writeAttribute(file, "parameters", opened.parameters);
    h5::writeAttribute(file, "steps_per_epoch", opened.stepsPerEpoch);
    h5::writeAttribute(file, "total_steps", opened.totalSteps);
    h5::writeAttribute(file, "parent", opened.parent);
    h5::writeAttribute(file, "parent_step", opened.parentStep);
    if (!record.finished)
        return;
    const events::RunFinished& finished = *record.finished;
    h5::writeAttribute(file, "steps", finished.steps);
    h5::writeAttribute(file, "epochs", finished.epochs);
    h5::writeAttribute(file, "train_seconds", finished.trainSeconds);
    h5::writeAttribute(file, "digest", finished.digest);
    if (finished.bestStep < 0)
        return;
    h5::writeAttribute(file, "best_metric", finished.bestMetric);
    h5::writeAttribute(file, "best_value", finished.bestValue);
    h5::writeAttribute(file, "best_epoch", finished.bestEpoch);
    h5::writeAttribute(file, "best_step", finished.bestStep);
}

}
