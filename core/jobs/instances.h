// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace core::jobs {

/// A row of the price table.
struct Instance {
    std::string name; ///< `ml.g4dn.xlarge`
    std::int64_t vcpus = 1;
    double memoryGb = 0;
    std::string device; ///< `T4`; empty: none
    std::int64_t devices = 0;
    double deviceMemoryGb = 0; ///< of each
    double pricePerHour = 0;
    std::optional<double> spotPricePerHour; ///< nothing: it is not had as spot
    std::string notForTraining;             ///< the reason, for what only infers; else empty

    bool operator==(const Instance&) const = default;
};

/// Prices with their day. They are examples until a person has checked them.
struct PriceTable {
    std::string source, date, currency = "USD";
    std::vector<Instance> instances;
    std::string own; ///< the user's own file, where there is one

    /// An error of kind Spec at /job/instance that names the nearest row, or why the row does not train.
    base::Result<Instance> forTraining(const std::string& name) const;
};

base::Result<PriceTable> readPriceTable(const std::filesystem::path& file);
/// `over`'s rows replace those of the same name, and others are added; its day, source and currency count from then on.
PriceTable merged(PriceTable table, const PriceTable& over);

/// `resources/tables/instances.json` of this program with the user's own file over it.
base::Result<PriceTable> priceTable();
/// `$DESCENT_INSTANCES`, else `instances.json` in descent's folder of the XDG configuration.
std::filesystem::path ownPriceFile();
/// Writes a row into the user's own file, in place of the one of that name; `date` is its day from then on. An error of
/// kind Data for a price that cannot be.
base::Status keepOwnPrice(const Instance& row, const std::string& date);

/// What was measured of a training on this machine.
struct MeasuredProfile {
    bool trees = false;            ///< an estimator that learns in rounds, without a GPU
    double cpuSeconds = 0;         ///< that the whole training takes on the processor
    std::optional<double> speedUp; ///< of one GPU against the processor, where it was measured
    double dataWait = 0;           ///< share of the time that steps wait for rows, 0 … 1
    double modelGb = 0;            ///< of weights, gradients, optimizer state and activations
    double dataGb = 0;             ///< of the training rows
};

/// CPU, one GPU or several; why; and the cheapest instance of the table that is so.
struct DeviceAdvice {
    std::string choice; ///< `cpu`, `one_gpu`, `several_gpus`, `pipeline`
    std::string reason, instance;
    std::string first; ///< what to mend before; empty: nothing
};
DeviceAdvice adviseDevices(const MeasuredProfile& profile, const PriceTable& table);

}
