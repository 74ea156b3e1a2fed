// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/loss.h"
#include "core/train/tally.h"

namespace core::train {

/// A figure of some rows. One plug-in of `core/train/metrics`: all of them are read off one Tally, so that however many
/// are wanted the rows are gone through once.
class Metric {
public:
    virtual ~Metric() = default;
    /// What it needs to be counted besides what always is.
    virtual Needs needs() const { return {}; }
    /// NaN where the rows do not say: none at all, or none of a class that it needs.
    virtual double value(const Tally& tally) const = 0;
    virtual bool higherIsBetter() const = 0;
    /// What must be said of the rows.
    virtual Says of() const = 0;
    virtual bool fits(const Loss& loss, const data::DatasetInfo& info) const
    {
        return loss.says() == of() && (!needs().scores || info.task != "segmentation");
    }
    /// Whether it is recorded where none were asked for.
    virtual bool usual(const data::DatasetInfo& info) const
    {
        (void)info;
        return false;
    }
    /// What it is called if not as its kind, since there may be others of it; else empty.
    virtual std::string name() const { return {}; }
};

using Metrics = base::Registry<Metric>;
const Metrics& allMetrics();

}
