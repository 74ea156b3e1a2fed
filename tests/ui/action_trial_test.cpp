// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/temp_folder.h"
#include "tests/support/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/shell/action_trial.h"
#include "ui/shell/inspector.h"

#include <QPushButton>

namespace tests::action_trial_test {

using tests::spinUntil;
using ui::shell::ActionTrial;

namespace {

// The inspector with the one action of the one rule open.
struct Shown : tests::Bench {
    ui::shell::Inspector inspector{*workbench};
    ui::forms::SchemaForm* form = inspector.findChild<ui::forms::SchemaForm*>();

    explicit Shown(const core::base::Object& action)
    {
        core::base::Value experiment = *core::base::parseJson(R"({"data": {"source": "two-moons"}})");
        core::base::Object rule{{"rule", "Overfit"}, {"actions", core::base::Array{action}}};
        REQUIRE(experiment.setAt("rules", core::base::Array{std::move(rule)}));
        workbench->document().open(std::move(experiment));
        form->setPaths({"rules"});
        inspector.QWidget::show();
        form->showItem("rules.0");
        form->showItem("rules.0.actions.0");
    }
    ActionTrial* trial() { return inspector.findChild<ActionTrial*>(); }
    void click()
    {
        REQUIRE(trial());
        QTest::mouseClick(trial()->findChild<QPushButton*>("testAction"), Qt::LeftButton);
    }
};

}

TEST_CASE("an action is tried by a button beside its settings")
{
    const tests::TempFolder folder;
    const std::filesystem::path told = folder.path() / "told.json";
    Shown shown({{"action", "Command"}, {"command", "cat > " + told.string()}});
    shown.click();
    REQUIRE(spinUntil([&] { return shown.trial()->answer().startsWith("Done"); }));
    const auto text = core::base::readFile(told);
    REQUIRE(text);
    CHECK(text->find("This is a trial") != std::string::npos);
}

TEST_CASE("an action that does not work says why, and one that only stops that there is nothing to try")
{
    Shown broken({{"action", "Command"}, {"command", "exit 3"}});
    broken.click();
    REQUIRE(spinUntil([&] { return broken.trial()->answer().startsWith("▲"); }));
    Shown stopping({{"action", "StopTraining"}});
    stopping.click();
    CHECK(spinUntil([&] { return stopping.trial()->answer().startsWith("It stops"); }));
}

}
