// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/split.h"
#include "core/model/network.h"
#include "core/session/inspect.h"
#include "core/store/exporter.h"
#include "core/train/loss.h"
#include "core/train/metric.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"

namespace core::session {

namespace {

base::Catalog makeCatalog()
{
    base::Catalog all;
    all.add(data::sources().family());
    all.add(data::splits().family());
    all.add(data::transforms().family());
    all.add(model::architectures().family());
    all.add(train::losses().family());
    all.add(train::metrics().family());
    all.add(train::optimizers().family());
    all.add(train::schedules().family());
    all.add(store::exporters().family());
    return all;
}

}

const base::Catalog& catalog()
{
    static const base::Catalog all = makeCatalog();
    return all;
}

}
