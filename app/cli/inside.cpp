// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/look.h"
#include "core/store/run_folder.h"

#include <iostream>
#include <memory>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

struct InsideOptions {
    std::string run, what = "sample", device = "cpu", output, directions = "step";
    std::int64_t at = -1, rows = 1000;
    bool tsne = false;
    session::SampleWish sample;
    session::LandscapeWish loss;
    session::RowsWish cell;
};

session::Going told(const char* what)
{
    const bool terminal = ::isatty(STDERR_FILENO);
    return [what, terminal](std::int64_t done, std::int64_t all) {
        if (terminal)
            std::cerr << "\r\x1b[K" << what << " " << done << " of " << all << std::flush;
        return true;
    };
}

session::Wish wishOf(const InsideOptions& options)
{
    if (options.what == "embedding")
        return session::EmbeddingWish{options.rows};
    if (options.what == "loss") {
        session::LandscapeWish wish = options.loss;
        wish.directions = options.directions == "random" ? session::LandscapeWish::Directions::Random
                                                         : session::LandscapeWish::Directions::Step;
        return wish;
    }
    if (options.what == "rows")
        return options.cell;
    return options.sample;
}

std::string textOf(const session::SampleLook& seen)
{
    std::string text = "row " + std::to_string(seen.row) + " at step " + std::to_string(seen.step) + ", loss " +
                       shown(seen.loss) + ", truth " + shown(seen.truth) + "\n";
    for (std::size_t c = 0; c < seen.probabilities.size(); ++c)
        text += "  class " + std::to_string(c) + "  " + shown(seen.probabilities[c]) + "\n";
    for (const session::Stack& layer : seen.layers) {
        text += "  layer " + layer.name + " " + layer.type + " ";
        for (const std::int64_t side : layer.shape)
            text += " " + std::to_string(side);
        text += "\n";
    }
    return text + "--json or --output tell the numbers\n";
}

std::string textOf(const session::Embedding& seen)
{
    std::string text = std::to_string(seen.rows.size()) + " rows in layer " + seen.layer + ", " +
                       std::to_string(seen.width) + " numbers each, at step " + std::to_string(seen.step) +
                       "\nvariance by component ";
    for (const double share : seen.explained)
        text += " " + shown(share);
    return text + "\n";
}

std::string textOf(const session::Landscape& seen)
{
    std::string text = "loss " + shown(seen.loss) + " of " + std::to_string(seen.rows) + " rows at step " +
                       std::to_string(seen.step) + "; the next step is " + shown(seen.stepNorm) +
                       " long, the weights " + shown(seen.weightNorm) + "\n";
    for (std::size_t i = 0; i < seen.at.size(); ++i)
        text += "  " + shown(seen.at[i]) + "  " + shown(seen.along[i]) + "\n";
    return text;
}

std::string textOf(const session::RowsLook& seen)
{
    std::string text = std::to_string(seen.all) + " rows at step " + std::to_string(seen.step) + ", the worst first\n";
    for (const auto& row : seen.rows)
        text += "  row " + std::to_string(row.row) + "  truth " + shown(row.truth) + "  predicted " +
                shown(row.predicted) + "  confidence " + shown(row.confidence) + "  loss " + shown(row.loss) + "\n";
    return text;
}

Result<Outcome> lookInside(const InsideOptions& options, const Common& common)
{
    CORE_TRY(run, core::store::findRun(options.run, common.runsFolder()));
    session::TryOn from;
    from.run = run;
    from.step = options.at;
    from.device = options.device;
    session::Looker looker;
    CORE_TRY(seen, looker.look(from, wishOf(options), told("looking:")));
    Value value = session::toValue(seen);
    if (const auto* embedding = std::get_if<session::Embedding>(&seen); embedding && options.tsne) {
        CORE_TRY(found, session::tsne(embedding->vectors, embedding->width, {}, told("t-SNE: step")));
        Array x, y;
        for (std::size_t i = 0; i < found.x.size(); ++i) {
            x.push_back(found.x[i]);
            y.push_back(found.y[i]);
        }
        value.object().set("tsne",
                           Object{{"x", std::move(x)}, {"y", std::move(y)}, {"kl_divergence", found.divergence}});
    }
    std::string text = std::visit([](const auto& each) { return textOf(each); }, seen);
    if (!options.output.empty()) {
        CORE_CHECK(writeFileAtomically(options.output, writeJson(value) + "\n"));
        text += "written to " + options.output + "\n";
    }
    return Outcome{value.object(), text, 0};
}

}

void addInside(Program& program)
{
    auto options = std::make_shared<InsideOptions>();
    Common& common = program.common;
    CLI::App* look = program.app.add_subcommand("look", "What a run's network has inside at a step");
    look->add_option("run", options->run, "A run's folder or id")->required();
    look->add_option("--at", options->at, "Updates done; the last if left out")->check(CLI::NonNegativeNumber);
    look->add_option("--what", options->what,
                     "sample: one row's scores, layers, filters, saliency; embedding: rows where the last layer sees "
                     "them; loss: along the next step or a random direction, and on a plane; rows: validation rows by "
                     "truth and prediction, the worst first")
        ->check(CLI::IsMember({"sample", "embedding", "loss", "rows"}))
        ->capture_default_str();
    look->add_option("--row", options->sample.row,
                     "Of sample: the row of the data set; the first validation row if left "
                     "out")
        ->check(CLI::NonNegativeNumber);
    look->add_option("--target", options->sample.target,
                     "Of sample: the output that is explained; the prediction if left "
                     "out")
        ->check(CLI::NonNegativeNumber);
    look->add_option("--channels", options->sample.channels, "Of sample: at most so many of a layer")
        ->capture_default_str();
    look->add_option("--smooth", options->sample.smooth, "Of sample: noisy copies for SmoothGrad")
        ->capture_default_str();
    look->add_option("--rows", options->rows, "Of embedding: at most so many rows")->capture_default_str();
    look->add_flag("--tsne", options->tsne, "Of embedding: t-SNE besides");
    look->add_option("--directions", options->directions, "Of loss: step or random")
        ->check(CLI::IsMember({"step", "random"}))
        ->capture_default_str();
    look->add_option("--cells", options->loss.cells, "Of loss: places each way on the plane; 1: the line alone")
        ->check(CLI::Range(1, 201))
        ->capture_default_str();
    look->add_option("--reach", options->loss.reach,
                     "Of loss: how far to each side; 0: 8 steps, or 1 along random "
                     "directions");
    look->add_option("--seed", options->loss.seed, "Of loss: draws the random directions")->capture_default_str();
    look->add_option("--truth", options->cell.truth, "Of rows: the class that they are");
    look->add_option("--predicted", options->cell.predicted, "Of rows: the class that is said");
    look->add_flag("--wrong", options->cell.wrongOnly, "Of rows: those that are taken for another class");
    look->add_option("--output", options->output, "A JSON file for the numbers");
    look->add_option("--runs", common.runs, "Folder of the runs");
    look->add_option("--device", options->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    program.on(look, [options, &common] { return lookInside(*options, common); });
}

}
