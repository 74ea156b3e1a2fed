// SPDX-License-Identifier: GPL-3.0-or-later
// Studies that come from other programs and go to them, and points that a person picks.
#include "app/cli/command.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_orders.h"
#include "core/tune/csv.h"
#include "core/tune/hparams.h"
#include "core/tune/optuna_journal.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace tune = core::tune;

namespace {

struct ExchangeOptions {
    std::string study, path, to, name, goal, metric;
    std::vector<std::string> points;
};

Result<tune::ForeignStudy> foreignStudy(const ExchangeOptions& options)
{
    std::error_code failed;
    if (std::filesystem::is_directory(options.path, failed))
        return tune::readHParams(options.path, options.goal, options.metric);
    CORE_TRY(text, readFile(options.path));
    const bool table = std::filesystem::path(options.path).extension() == ".csv";
    auto read =
        table ? tune::readTrialsCsv(text, options.goal, options.metric) : tune::readOptunaJournal(text, options.name);
    if (!read) {
        const std::string& where = read.error().where;
        return Error{read.error().kind, read.error().message, options.path + (where.empty() ? "" : ", " + where),
                     read.error().advice};
    }
    return read;
}

Result<Outcome> importStudy(const ExchangeOptions& options, const Common& common)
{
    CORE_TRY(foreign, foreignStudy(options));
    std::string name;
    for (const char c : foreign.name.substr(0, 60))
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '_' ? c : '-';
    const session::StudySubject subject{Object{{"name", name}, {"tuning", tune::tuningFields().write(foreign.spec)}},
                                        std::filesystem::current_path()};
    CORE_TRY(made, session::createStudy(subject, foreign.spec, common.runsFolder()));
    CORE_TRY(study, tune::Study::open(made.journal()));
    for (tune::Trial& trial : foreign.trials)
        CORE_CHECK(study.import(std::move(trial)));
    const std::int64_t count = std::int64_t(foreign.trials.size());
    return Outcome{Object{{"study", made.path.string()}, {"trials", count}},
                   std::to_string(count) + " trials\nstudy " + made.path.string() + "\n"};
}

Result<Outcome> enqueue(const ExchangeOptions& options, const Common& common)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    Object point;
    for (const std::string& each : options.points) {
        const auto equals = each.find('=');
        if (equals == 0 || equals == each.npos)
            return Error{ErrorKind::Usage, "\"" + each + "\" is no PATH=VALUE", "enqueue",
                         "Such as train.optimizer.lr=0.01"};
        const std::string text = each.substr(equals + 1);
        const auto value = parseJson(text);
        point.set(each.substr(0, equals), value ? *value : Value(text));
    }
    CORE_TRY(done, session::orderStudy(folder, Object{{"do", "enqueue"}, {"parameters", point}}));
    const std::int64_t number = done.find("number")->toInt();
    return Outcome{Object{{"number", number}, {"parameters", point}}, "trial " + std::to_string(number) + " waits\n"};
}

}

Result<Outcome> exportStudy(const std::string& study, const std::string& to, const std::string& destination,
                            const Common& common)
{
    CORE_TRY(folder, session::findStudy(study, common.runsFolder()));
    CORE_TRY(read, session::readStudy(folder));
    std::vector<std::filesystem::path> files{destination};
    if (to == "tensorboard") {
        CORE_TRY(written, tune::writeHParams(read.state, destination));
        files = std::move(written);
    } else {
        CORE_CHECK(writeFileAtomically(destination, to == "csv" ? tune::trialsAsCsv(read.state)
                                                                : tune::writeOptunaJournal(read.state)));
    }
    Array paths;
    for (const std::filesystem::path& file : files)
        paths.emplace_back(file.string());
    return Outcome{Object{{"files", std::move(paths)}}, destination + "\n"};
}

void addExchange(Program& program, CLI::App* study)
{
    auto options = std::make_shared<ExchangeOptions>();
    Common& common = program.common;
    CLI::App* out = study->add_subcommand("export", "Write a study for another program");
    out->add_option("study", options->study, "The study's folder or id")->required();
    out->add_option("destination", options->path, "A file; for tensorboard a folder")->required();
    out->add_option("--to,--format", options->to,
                    "csv, optuna (a journal that optuna.load_study and optuna-dashboard open) or tensorboard (HParams)")
        ->required()
        ->check(CLI::IsMember({"csv", "optuna", "tensorboard"}));
    out->add_option("--runs", common.runs, "Folder of the runs and studies");
    program.on(out, [options, &common] { return exportStudy(options->study, options->to, options->path, common); });

    CLI::App* in = study->add_subcommand("import", "Make a study of one from another program");
    in->add_option("path", options->path,
                   "A journal of Optuna's, a table (.csv) of trials, or a folder of TensorBoard's with HParams")
        ->required();
    in->add_option("--name", options->name, "Which study of a journal that holds several");
    in->add_option("--goal", options->goal, "TensorBoard and tables do not tell it: minimize or maximize")
        ->check(CLI::IsMember({"minimize", "maximize"}));
    in->add_option("--metric", options->metric, "The scalar or column that is the objective, where several may be it");
    in->add_option("--runs", common.runs, "Folder of the runs and studies");
    program.on(in, [options, &common] { return importStudy(*options, common); });

    CLI::App* pick = study->add_subcommand("enqueue", "A point of your own, next in turn: tune and ask take it first");
    pick->add_option("study", options->study, "The study's folder or id")->required();
    pick->add_option("values", options->points, "PATH=VALUE, one for each parameter")->required();
    pick->add_option("--runs", common.runs, "Folder of the runs and studies");
    program.on(pick, [options, &common] { return enqueue(*options, common); });
}

}
