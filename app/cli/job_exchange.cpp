// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job_work.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/jobs/sagemaker.h"
#include "core/session/job_facts.h"
#include "core/store/run_folder.h"

#include <cstdio>
#include <iostream>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace jobs = core::jobs;
namespace session = core::session;
namespace store = core::store;

namespace {

struct ExchangeArguments {
    std::string file, output, run;
};

Result<Outcome> written(const jobs::Exchanged& made, const ExchangeArguments& arguments, const char* key)
{
    const std::string text = writeJson(made.value, 2) + "\n";
    if (!arguments.output.empty())
        CORE_CHECK(writeFileAtomically(arguments.output, text));
    Array notes;
    for (const std::string& note : made.notes) {
        std::cerr << "note: " << note << "\n";
        notes.emplace_back(note);
    }
    return Outcome{Object{{key, made.value},
                          {"output", arguments.output.empty() ? Value() : Value(arguments.output)},
                          {"notes", std::move(notes)}},
                   arguments.output.empty() ? text : arguments.output + "\n"};
}

// Problems of a file are those of its author.
Result<Value> readAuthored(const std::string& file)
{
    auto value = readJson(file);
    if (!value) {
        Error error = value.error();
        error.kind = ErrorKind::Spec;
        return error;
    }
    return value;
}

Error inFile(Error error, const std::string& file)
{
    error.where = file + ": " + error.where;
    return error;
}

Result<Outcome> importJob(const ExchangeArguments& arguments)
{
    CORE_TRY(given, readAuthored(arguments.file));
    const auto made = jobs::importSageMaker(given);
    if (!made)
        return inFile(made.error(), arguments.file);
    // What comes out must be an experiment.
    const auto job = core::spec::readJob(made->value["job"]);
    if (!job)
        return inFile(job.error(), arguments.file);
    return written(*made, arguments, "experiment");
}

Result<Outcome> exportJob(const ExchangeArguments& arguments)
{
    CORE_TRY(given, readAuthored(arguments.file));
    const auto made = jobs::exportSageMaker(given);
    if (!made)
        return inFile(made.error(), arguments.file);
    return written(*made, arguments, "description");
}

Result<Outcome> instances()
{
    CORE_TRY(table, jobs::priceTable());
    Array rows;
    std::string text = "Prices of " + table.date + " in " + table.currency + ". " + table.source +
                       "\nYour own prices: " + jobs::ownPriceFile().string() + "\n";
    for (const jobs::Instance& row : table.instances) {
        rows.push_back(Object{{"name", row.name},
                              {"vcpus", row.vcpus},
                              {"memory_gb", row.memoryGb},
                              {"device", row.device},
                              {"devices", row.devices},
                              {"device_memory_gb", row.deviceMemoryGb},
                              {"price_per_hour", row.pricePerHour},
                              {"spot_price_per_hour", row.spotPricePerHour ? Value(*row.spotPricePerHour) : Value()},
                              {"not_for_training", row.notForTraining}});
        char line[240];
        std::snprintf(line, sizeof line, "  %-18s %4lld vCPU %6g GB  %-22s %8.3f %s\n", row.name.c_str(),
                      static_cast<long long>(row.vcpus), row.memoryGb,
                      row.devices ? (std::to_string(row.devices) + " × " + row.device).c_str() : "", row.pricePerHour,
                      row.notForTraining.empty()
                          ? (row.spotPricePerHour ? "spot " + shown(*row.spotPricePerHour) : std::string()).c_str()
                          : "does not train");
        text += line;
    }
    return Outcome{Object{{"source", table.source},
                          {"date", table.date},
                          {"currency", table.currency},
                          {"own_file", table.own.empty() ? Value() : Value(table.own)},
                          {"instances", std::move(rows)}},
                   text};
}

Result<Outcome> advise(const ExchangeArguments& arguments, const Common& common)
{
    CORE_TRY(folder, store::findRun(arguments.run, common.runsFolder()));
    CORE_TRY(object, session::adviseForRun(folder));
    const Value all = object;
    const std::string text = all["choice"].text() + ": " + all["reason"].text() +
                             " The cheapest in the table: " + all["instance"].text() +
                             (all["first"].isNull() ? "" : "\n" + all["first"].text()) + "\n";
    return Outcome{std::move(object), text};
}

}

void addJobExchange(Program& program, CLI::App* job)
{
    auto arguments = std::make_shared<ExchangeArguments>();
    Common& common = program.common;
    CLI::App* in = job->add_subcommand("import", "An experiment from a SageMaker training or tuning job's description");
    in->add_option("file", arguments->file, "The request of CreateTrainingJob or CreateHyperParameterTuningJob")
        ->required();
    in->add_option("--output", arguments->output, "Where the experiment goes; standard output if left out");
    program.on(in, [arguments] { return importJob(*arguments); });
    CLI::App* out = job->add_subcommand("export", "A SageMaker description from an experiment");
    out->add_option("experiment", arguments->file, "Experiment file")->required();
    out->add_option("--output", arguments->output, "Where the description goes; standard output if left out");
    program.on(out, [arguments] { return exportJob(*arguments); });
    program.on(job->add_subcommand("instances", "The price table, with its date"), [] { return instances(); });
    CLI::App* advising = job->add_subcommand("advise", "CPU, one GPU or several, from what a run measured");
    advising->add_option("run", arguments->run, "The run's folder or id")->required();
    advising->add_option("--runs", common.runs, "Folder of the runs");
    program.on(advising, [arguments, &common] { return advise(*arguments, common); });
}

}
