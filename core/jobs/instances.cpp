// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/instances.h"

#include "core/base/fields.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace core::jobs {

using namespace base;
namespace fs = std::filesystem;

namespace {

const Fields<Instance>& instanceFields()
{
    static const auto fields =
        Fields<Instance>{}
            .add("name", &Instance::name, Text{}, {"As the cloud calls it."})
            .add("vcpus", &Instance::vcpus, Int{1}, {"Virtual processors."})
            .add("memory_gb", &Instance::memoryGb, Real{.min = 0}, {"Memory."}, {.unit = "GB"})
            .add("device", &Instance::device, Text{}, {"Its accelerator. Empty: none."})
            .add("devices", &Instance::devices, Int{0}, {"How many of them."})
            .add("device_memory_gb", &Instance::deviceMemoryGb, Real{.min = 0}, {"Memory of each."}, {.unit = "GB"})
            .add("price_per_hour", &Instance::pricePerHour, Real{.min = 0}, {"On demand."})
            .add("spot_price_per_hour", &Instance::spotPricePerHour, Real{.min = 0}, {"As spare capacity."},
                 {.nullWord = "not had"})
            .add("not_for_training", &Instance::notForTraining, Text{}, {"Why it does not train. Empty: it does."});
    return fields;
}

Result<Instance> readInstance(const Value& given, const std::string& where)
{
    const Catalog none;
    const spec::Checked checked = spec::check(instanceFields().schema(), given, where, {none});
    if (!checked.problems.empty())
        return checked.problems.front();
    Instance instance = instanceFields().read(checked.value);
    if (instance.name.empty())
        return Error{ErrorKind::Data, "a row has no name", where + "/name", "Such as ml.m5.large"};
    if (instance.spotPricePerHour && *instance.spotPricePerHour > instance.pricePerHour)
        return Error{ErrorKind::Data, "the spot price is above the price", where + "/spot_price_per_hour",
                     "Write the price of an hour"};
    return instance;
}

}

Result<Instance> PriceTable::forTraining(const std::string& name) const
{
    const auto row = std::ranges::find(instances, name, &Instance::name);
    if (row == instances.end()) {
        std::vector<std::string> names;
        for (const Instance& each : instances)
            names.push_back(each.name);
        const std::string near = spec::nearest(name, names);
        return Error{ErrorKind::Spec, "\"" + name + "\" is not in the price table", "/job/instance",
                     (near.empty() ? "" : "Did you mean \"" + near + "\"? ") +
                         "job instances lists the rows; your own go into " + ownPriceFile().string()};
    }
    if (!row->notForTraining.empty())
        return Error{ErrorKind::Spec, name + " does not train: " + row->notForTraining, "/job/instance",
                     "Choose one that does, such as ml.g4dn.xlarge"};
    return *row;
}

Result<PriceTable> readPriceTable(const fs::path& file)
{
    CORE_TRY(tree, readJson(file));
    const auto wrong = [&](Error error) {
        error.kind = ErrorKind::Data;
        error.where = file.string() + ": " + error.where;
        return error;
    };
    const std::vector<std::string> known{"source", "date", "currency", "instances"};
    if (!tree.isObject() || !tree["instances"].isArray())
        return wrong({ErrorKind::Data, "there is no list of instances", "/instances",
                      R"(Write {"date": "2026-01-31", "instances": [{"name": …, "price_per_hour": …}]})"});
    for (const auto& [key, value] : tree.object())
        if (!std::ranges::count(known, key)) {
            const std::string near = spec::nearest(key, known);
            return wrong(
                {ErrorKind::Data, "\"" + key + "\" is nothing of a price table", "/" + key,
                 near.empty() ? "Known: source, date, currency, instances" : "Did you mean \"" + near + "\"?"});
        }
    PriceTable table;
    table.source = tree["source"].text();
    table.date = tree["date"].text();
    if (!tree["currency"].text().empty())
        table.currency = tree["currency"].text();
    if (table.date.empty())
        return wrong({ErrorKind::Data, "the prices have no day", "/date", "Such as \"2026-01-31\""});
    const Array& rows = tree["instances"].array();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto instance = readInstance(rows[i], "/instances/" + std::to_string(i));
        if (!instance)
            return wrong(instance.error());
        if (std::ranges::count(table.instances, instance->name, &Instance::name))
            return wrong({ErrorKind::Data, "\"" + instance->name + "\" is there twice",
                          "/instances/" + std::to_string(i) + "/name", "Name each once"});
        table.instances.push_back(std::move(*instance));
    }
    return table;
}

PriceTable merged(PriceTable table, const PriceTable& over)
{
    for (const Instance& row : over.instances) {
        const auto mine = std::ranges::find(table.instances, row.name, &Instance::name);
        if (mine == table.instances.end())
            table.instances.push_back(row);
        else
            *mine = row;
    }
    table.source = over.source;
    table.date = over.date;
    table.currency = over.currency;
    return table;
}

fs::path ownPriceFile()
{
    const auto setting = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (const std::string file = setting("DESCENT_INSTANCES"); !file.empty())
        return file;
    const std::string folder = setting("XDG_CONFIG_HOME");
    return (folder.empty() ? fs::path(setting("HOME")) / ".config" : fs::path(folder)) / "descent" / "instances.json";
}

Result<PriceTable> priceTable()
{
    CORE_TRY(table, readPriceTable(fs::path(DESCENT_TABLES) / "instances.json"));
    const fs::path own = ownPriceFile();
    std::error_code none;
    if (!fs::exists(own, none))
        return table;
    CORE_TRY(over, readPriceTable(own));
    PriceTable both = merged(std::move(table), over);
    both.own = own.string();
    return both;
}

Status keepOwnPrice(const Instance& row, const std::string& date)
{
    const fs::path file = ownPriceFile();
    std::error_code failed;
    PriceTable own{"Your own prices.", date};
    if (fs::exists(file, failed)) {
        CORE_TRY(read, readPriceTable(file));
        own = std::move(read);
    }
    CORE_TRY(checked, readInstance(instanceFields().write(row), ""));
    own = merged(std::move(own), {own.source, date, own.currency, {checked}});
    Array rows;
    for (const Instance& each : own.instances)
        rows.push_back(instanceFields().write(each));
    fs::create_directories(file.parent_path(), failed);
    return writeFileAtomically(file, writeJson(Object{{"source", own.source},
                                                      {"date", own.date},
                                                      {"currency", own.currency},
                                                      {"instances", std::move(rows)}},
                                               2) +
                                         "\n");
}

namespace {

std::string roundGb(double gb)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g GB", gb);
    return text;
}

// The cheapest row with so many devices at least, and at most; empty if there is none.
std::string cheapest(const PriceTable& table, std::int64_t least, std::int64_t most, double deviceGb, double memoryGb)
{
    const Instance* best = nullptr;
    for (const Instance& row : table.instances)
        if (row.notForTraining.empty() && row.devices >= least && row.devices <= most &&
            (least == 0 || row.deviceMemoryGb >= deviceGb) && row.memoryGb >= memoryGb &&
            (!best || row.pricePerHour < best->pricePerHour))
            best = &row;
    return best ? best->name : std::string();
}

constexpr double shortTraining = 600, longTraining = 4 * 3600, waitsMuch = 0.5, littleFaster = 2, largeData = 100;
constexpr std::int64_t anyNumber = 1 << 20;

}

DeviceAdvice adviseDevices(const MeasuredProfile& profile, const PriceTable& table)
{
    DeviceAdvice advice;
    if (profile.dataWait >= waitsMuch)
        advice.first = "Steps wait for rows " + std::to_string(int(100 * profile.dataWait)) +
                       " % of the time: mend the loader first (workers, prefetching, pipe mode), or a faster device "
                       "waits as well.";
    double largest = 0;
    for (const Instance& row : table.instances)
        if (row.notForTraining.empty())
            largest = std::max(largest, row.devices > 0 ? row.deviceMemoryGb : 0.0);
    const auto choose = [&](const char* choice, std::string reason, std::string instance) {
        advice.choice = choice;
        advice.reason = std::move(reason);
        advice.instance = std::move(instance);
        return advice;
    };
    const double held = profile.modelGb + std::min(profile.dataGb, 1.0);
    const std::string processor = cheapest(table, 0, 0, 0, held);
    if (profile.trees)
        return choose("cpu", "Trees learn on the processor.", processor);
    if (profile.modelGb > largest && largest > 0)
        return choose("pipeline",
                      "The model takes " + roundGb(profile.modelGb) + ", more than one device has (" +
                          roundGb(largest) + "): its layers are divided over several.",
                      cheapest(table, 2, anyNumber, profile.modelGb / 8, 0));
    if (profile.speedUp && *profile.speedUp < littleFaster)
        return choose("cpu", "A GPU was measured to be less than twice as fast.", processor);
    if (!profile.speedUp && profile.cpuSeconds < shortTraining)
        return choose("cpu", "It takes less than ten minutes on the processor: starting a GPU would take as long.",
                      processor);
    const double onOne = profile.cpuSeconds / profile.speedUp.value_or(10);
    if (onOne > longTraining || profile.dataGb > largeData)
        return choose("several_gpus",
                      profile.dataGb > largeData ? "There is much data: several GPUs share it (data parallel)."
                                                 : "It would take hours on one GPU: several share the rows.",
                      cheapest(table, 2, anyNumber, profile.modelGb, 0));
    return choose("one_gpu", "It fits one GPU, which is done in a reasonable time.",
                  cheapest(table, 1, 1, profile.modelGb, 0));
}

}
