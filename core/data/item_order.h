// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch_range.h"
#include "core/data/dataset.h"
#include "core/data/loader.h"

#include <optional>

namespace core::data {

/// Which items an epoch goes through, in which order: a pure function of (seed, epoch). An item is a row, or another
/// copy of row `k mod size()`. Keeps what it made last, so it is for one thread.
class ItemOrder {
public:
    virtual ~ItemOrder() = default;
    /// Items of an epoch.
    virtual std::int64_t count() const = 0;
    /// Those of a batch, valid until the next call; fewer at the end of an epoch.
    virtual std::span<const std::int64_t> items(const BatchRange& range) = 0;
    /// Those rows as DataModule::gather() gives them, where they are at hand already.
    virtual std::optional<Batch> rows(const BatchRange& range)
    {
        (void)range;
        return {};
    }
};

/// `data` and `options` are used as long as it lives.
std::unique_ptr<ItemOrder> makeItemOrder(const DataModule& data, SplitName split, const LoaderOptions& options);

}
