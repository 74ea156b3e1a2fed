// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "ui/models/cards.h"
#include "ui/models/closing_sentence.h"
#include "ui/models/lesson.h"
#include "ui/models/run_figures.h"
#include "ui/models/run_model.h"
#include "ui/pages/card_picture.h"
#include "ui/style/theme.h"

#include <QPainter>

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::cards_test {

using namespace ui::models;

namespace {

std::vector<Card> cards()
{
    auto read = readCards();
    if (!read)
        FAIL(core::base::describe(read.error()));
    return std::move(*read);
}

Verdict verdictOf(const core::store::RunRecord& record)
{
    RunModel run;
    run.load(record);
    return closingOf(figuresOf(run)).verdict;
}

const Card& card(const std::vector<Card>& all, const char* key)
{
    const auto found = std::ranges::find(all, QString(key), &Card::key);
    REQUIRE(found != all.end());
    return *found;
}

}

TEST_CASE("every card's experiments are right, and what is recorded is what they say")
{
    for (const Card& card : cards()) {
        INFO(card.key.toStdString());
        CHECK_FALSE(card.title.isEmpty());
        CHECK_FALSE(ui::pages::filled(card.sentence, card).isEmpty());
        CHECK_FALSE(ui::pages::filled(card.text, card).isEmpty());
        REQUIRE(card.recording.size() == card.runs.size());
        for (std::size_t i = 0; i < card.runs.size(); ++i) {
            const auto resolved = core::spec::resolve(card.runs[i].experiment, {core::session::catalog()});
            CHECK(resolved.problems.empty());
            // A setting that came later had its default then.
            const auto recorded = core::spec::resolve(card.recording[i].spec, {core::session::catalog()});
            CHECK(recorded.problems.empty());
            for (const auto& difference : core::spec::difference(resolved.value, recorded.value))
                // How often a run is kept, and what is recorded besides, changes nothing of what it shows.
                if (!difference.path.starts_with("train.checkpoint") && difference.path != "capture")
                    FAIL_CHECK(difference.path << " differs from the recording: record the card again");
            CHECK(card.recording[i].finished);
            CHECK(card.recording[i].opened->folder.empty());
        }
    }
}

TEST_CASE("every card shows its lesson")
{
    const auto all = cards();
    CHECK(verdictOf(card(all, "overfitting").recording[0]) == Verdict::Overfitting);
    CHECK(verdictOf(card(all, "early-stopping").recording[0]) == Verdict::Overfitting);
    CHECK(verdictOf(card(all, "early-stopping").recording[1]) == Verdict::EarlyStopped);
    const auto lastLoss = [](const core::store::RunRecord& record) {
        return record.scalars.at("train_eval/loss").values.back();
    };
    const auto& rates = card(all, "learning-rate").recording;
    CHECK(lastLoss(rates[2]) < 0.3 * lastLoss(rates[0])); // right against too low
    CHECK(lastLoss(rates[2]) < 0.3 * lastLoss(rates[1])); // and against too high
    const auto lastValidation = [](const core::store::RunRecord& record) {
        return record.scalars.at("validation/loss").values.back();
    };
    for (const char* key : {"diverging", "two-futures"}) {
        const Card& futures = card(all, key);
        INFO(key);
        CHECK(lastValidation(futures.recording[1]) < 0.7 * lastValidation(futures.recording[0]));
        CHECK(futures.recording[1].opened->parentStep == *futures.runs[1].branchAt);
    }
    const auto& batches = card(all, "batch-size").recording;
    CHECK(batches[0].finished->steps < batches[2].finished->steps);
    CHECK(batches[2].finished->steps < batches[1].finished->steps);
    for (const auto& [name, value] : card(all, "fashion-mnist").recording[0].finished->metrics)
        if (name == "validation/accuracy")
            CHECK(value >= 0.9);
}

TEST_CASE("every card has a picture, in both themes")
{
    tests::application();
    for (const auto scheme : {ui::style::Scheme::Light, ui::style::Scheme::Dark}) {
        ui::style::setTheme(scheme);
        for (const Card& card : cards()) {
            INFO(card.key.toStdString());
            QImage image(264, 96, QImage::Format_ARGB32_Premultiplied);
            image.fill(ui::style::theme().surface);
            QPainter painter(&image);
            ui::pages::paintCardPicture(painter, QRectF(image.rect()), card, ui::style::theme());
            painter.end();
            int drawn = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    drawn += image.pixelColor(x, y) != ui::style::theme().surface;
            CHECK(drawn > 500);
        }
    }
    ui::style::setTheme(ui::style::Scheme::Light);
}

TEST_CASE("lessons ask before they reveal, and their epochs only go on")
{
    const auto lessons = readLessons();
    REQUIRE(lessons);
    REQUIRE(lessons->size() == 4);
    for (const Lesson& lesson : *lessons) {
        INFO(lesson.key.toStdString());
        for (const auto& experiment : lesson.experiments)
            CHECK(core::spec::resolve(experiment, {core::session::catalog()}).problems.empty());
        int questions = 0;
        const auto frames = lesson.frames();
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const Station& station = lesson.stations[frames[i].station];
            CHECK(station.run < lesson.experiments.size());
            questions += !frames[i].revealed;
            if (i > 0 && lesson.stations[frames[i - 1].station].run == station.run)
                CHECK(frames[i].until >= frames[i - 1].until);
            if (!frames[i].revealed) {
                REQUIRE(i + 1 < frames.size());
                CHECK(frames[i + 1].station == frames[i].station);
                CHECK_FALSE(station.answer.isEmpty());
            }
        }
        CHECK(questions >= 2);
    }
}

}
