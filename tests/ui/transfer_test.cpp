// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/model/hub.h"
#include "core/session/inspect.h"
#include "ui/pages/model_page.h"
#include "ui/pages/network_view.h"
#include "ui/pages/publish_dialog.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/start_from_dialog.h"
#include "ui/pages/transfer_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QUndoStack>
#include <QUrl>

namespace tests::transfer_test {

using namespace ui::pages;
using core::base::Value;
using core::session::Learning;

namespace {

constexpr const char* six = R"({"name": "six", "data": {"source": {"kind": "blobs", "centers": 6}, "rows": 120},
    "model": {"kind": "mlp", "hidden": [8, 8]}, "train": {"epochs": 2, "threads": 1}})";

/// A workbench with a hub of its own, and its Model page.
struct Shown : tests::Bench {
    tests::TempFolder hub;
    std::unique_ptr<ModelPage> page;

    Shown() { core::model::setModelsFolder(hub.path()); }
    ~Shown() { core::model::setModelsFolder({}); }

    void show()
    {
        page = std::make_unique<ModelPage>(*workbench);
        page->resize(960, 664);
        page->show();
        settle();
    }
    void settle()
    {
        REQUIRE(tests::spinUntil([this] { return !page->busy() && !page->shown().layers.empty(); }));
    }
    std::string frozen() const
    {
        std::string text;
        for (std::size_t i = 0; i < page->shown().layers.size(); ++i)
            if (page->shown().learning[i] == Learning::Frozen)
                text += page->shown().layers[i].name + " ";
        return text;
    }
    Value model() const { return workbench->document().resolved()["model"]; }
    StartFromDialog* openHub()
    {
        StartFromDialog* dialog = page->transfer()->dialog();
        QTest::mouseClick(page->findChild<QPushButton*>("startFromButton"), Qt::LeftButton);
        REQUIRE(tests::spinUntil([&] { return !dialog->busy() && !dialog->shown().empty(); }));
        return dialog;
    }
};

}

TEST_CASE("a run is published from the Runs page, and an experiment with other classes starts from its card")
{
    Shown shown;
    shown.train(six);
    RunsPage runs(*shown.workbench);
    runs.resize(960, 664);
    runs.show();
    runs.inspectorPanel()->resize(208, 752);
    runs.inspectorPanel()->show();
    REQUIRE(tests::spinUntil([&] { return runs.table().rowCount() == 1; }));
    QTest::mouseClick(runs.inspectorPanel()->findChild<QPushButton*>("publishRun"), Qt::LeftButton);
    PublishDialog* dialog = runs.publishing();
    REQUIRE(dialog->isVisible());
    auto* name = dialog->findChild<QLineEdit*>("modelName");
    name->selectAll();
    QTest::keyClicks(name, "six-blobs");
    QTest::mouseClick(dialog->findChild<QPushButton*>("publish"), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return !dialog->isVisible(); }));
    REQUIRE(core::model::findModel("six-blobs"));

    shown.workbench->document().set("data.classes", core::base::Array{0, 1});
    shown.show();
    StartFromDialog* hub = shown.openHub();
    CHECK(hub->shown().front().card.name == "six-blobs");
    CHECK(hub->shown().front().text == "all but the head fits: a new one, 6 → 2 classes");
    QTest::mouseClick(hub->findChild<QPushButton*>("start six-blobs"), Qt::LeftButton);
    CHECK(shown.model()["initialize_from"].text() == "six-blobs");
    CHECK_FALSE(hub->isVisible());
    shown.settle();

    hub = shown.openHub();
    REQUIRE(hub->suggestion());
    CHECK(hub->suggestion()->title == "Feature extraction");
    QTest::mouseClick(hub->findChild<QPushButton*>("applySuggestion"), Qt::LeftButton);
    CHECK(shown.model()["freeze"].text() == "backbone");
    REQUIRE(tests::spinUntil([&] { return shown.frozen() == "0 2 "; }));
    shown.workbench->document().undoStack()->undo();
    CHECK(shown.model()["freeze"].text() == "none");
    CHECK(shown.model()["initialize_from"].text() == "six-blobs");
    shown.workbench->document().undoStack()->redo();

    // It trains, and says what is new.
    shown.workbench->train();
    REQUIRE(shown.ended());
    CHECK(shown.workbench->front()->finished()->error.message.empty());
    bool told = false;
    for (const auto& notice : shown.workbench->front()->notices())
        told = told || notice.error.message == "4: new, 6 → 2 classes";
    CHECK(told);
}

TEST_CASE("layers are frozen by a click on their lock, by F, and all below the head at once; undo takes it back")
{
    Shown shown;
    shown.open(six);
    shown.show();
    NetworkView* view = shown.page->network();
    const auto index = [&](const std::string& name, const std::string& type) {
        const auto& layers = shown.page->shown().layers;
        for (std::size_t i = 0; i < layers.size(); ++i)
            if (layers[i].name == name && layers[i].type == type)
                return int(i);
        FAIL(name);
        return -1;
    };
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->lockRect(index("0", "Linear")).center());
    REQUIRE(tests::spinUntil([&] { return shown.frozen() == "0 "; }));
    CHECK(shown.model()["freeze"] == Value(core::base::Array{"0"}));
    CHECK(view->describe(index("0", "Linear")).endsWith("frozen"));
    view->setFocus();
    view->choose(index("2", "Linear"));
    QTest::keyClick(view, Qt::Key_F);
    REQUIRE(tests::spinUntil([&] { return shown.frozen() == "0 2 "; }));
    CHECK(shown.model()["freeze"].text() == "backbone");
    CHECK(shown.page->findChild<QComboBox*>("freezeChoice")->currentIndex() == 1);
    QTest::keyClick(view, Qt::Key_F);
    REQUIRE(tests::spinUntil([&] { return shown.frozen() == "0 "; }));
    shown.workbench->document().undoStack()->undo();
    shown.workbench->document().undoStack()->undo();
    shown.workbench->document().undoStack()->undo();
    REQUIRE(tests::spinUntil([&] { return shown.frozen().empty(); }));
    // A block without weights has nothing to freeze.
    CHECK(view->lockRect(index("1", "ReLU")).isNull());

    auto* lora = shown.page->findChild<QCheckBox*>("loraChoice");
    QTest::mouseClick(lora, Qt::LeftButton, {}, QPoint(8, lora->height() / 2));
    REQUIRE(tests::spinUntil([&] { return shown.page->shown().adapters > 0; }));
    CHECK(shown.model()["lora"]["rank"].toInt() == 8);
    CHECK(shown.frozen() == "0 2 ");
    CHECK(shown.page->shown().adapters == 8 * (8 + 2) + 8 * (8 + 8));
}

TEST_CASE("a dropped file becomes a model of the hub; one that is no model says why, in place")
{
    Shown shown;
    shown.open(six);
    shown.show();
    StartFromDialog* hub = shown.openHub();
    const auto drop = [&](const std::string& name) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(
            QString::fromStdString(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/pth/" + name))});
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(hub, &enter);
        CHECK(enter.isAccepted());
        QDropEvent event(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(hub, &event);
        REQUIRE(tests::spinUntil([&] { return !hub->busy(); }));
    };
    const auto says = [&](const QString& text) {
        for (const QLabel* label : hub->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    };
    drop("evil.pth");
    CHECK(says("nothing is run from a model file"));
    CHECK_FALSE(core::model::findModel("evil"));
}

}
