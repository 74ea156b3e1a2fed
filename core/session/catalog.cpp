// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/edit.h"
#include "core/data/encoder.h"
#include "core/data/split.h"
#include "core/debug/action.h"
#include "core/debug/profile_rule.h"
#include "core/debug/rule.h"
#include "core/model/estimator.h"
#include "core/model/layer.h"
#include "core/model/network.h"
#include "core/session/inspect.h"
#include "core/store/exporter.h"
#include "core/train/loss.h"
#include "core/train/metric.h"
#include "core/train/optimizer.h"
#include "core/train/remedy.h"
#include "core/train/schedule.h"

namespace core::session {

namespace {

// All parameters of which may change while a run is going: they only look at it.
base::Family live(base::Family family)
{
    for (base::Entry& entry : family.entries)
        for (base::Field& field : entry.schema.fields)
            field.live = true;
    return family;
}

base::Catalog makeCatalog()
{
    base::Catalog all;
    all.add(data::allSources().family());
    all.add(data::allSplits().family());
    all.add(data::allTransforms().family());
    all.add(data::allEncoders().family());
    all.add(data::allEdits().family());
    all.add(model::allArchitectures().family());
    all.add(model::allLayers().family());
    all.add(model::allEstimators().family());
    base::Family models{"models", model::allArchitectures().family().entries};
    for (const base::Entry& entry : model::allEstimators().family().entries)
        models.entries.push_back(entry);
    all.add(std::move(models));
    all.add(train::allLosses().family());
    all.add(train::allMetrics().family());
    all.add(train::allOptimizers().family());
    all.add(train::allSchedules().family());
    all.add(train::allRemedies().family());
    all.add(store::allExporters().family());
    all.add(debug::allProfileRules().family());
    all.add(live(debug::allRules().family()));
    all.add(live(debug::allActions().family()));
    return all;
}

}

bool learnsInRounds(const base::Value& resolved)
{
    return model::isEstimator(resolved["model"]["kind"].text());
}

const base::Catalog& catalog()
{
    static const base::Catalog all = makeCatalog();
    return all;
}

}
