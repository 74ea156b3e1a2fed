// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/pages.h"

#include "ui/pages/data_page.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/jobs_page.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/model_page.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/start_page.h"
#include "ui/pages/train_page.h"
#include "ui/pages/tune_page.h"

#include <QCoreApplication>

namespace ui::shell {

namespace {

template <class Page>
pages::Page* make(bridge::Workbench& bench, QWidget* parent)
{
    return new Page(bench, parent);
}

QString tr(const char* text)
{
    return QCoreApplication::translate("ui::shell::pages", text);
}

}

const std::vector<PageEntry>& pageEntries()
{
    static const std::vector<PageEntry> entries{
        {QStringLiteral("start"), tr("Start"), QStringLiteral("start"), make<pages::StartPage>},
        {QStringLiteral("data"), tr("Data"), QStringLiteral("data"), make<pages::DataPage>},
        {QStringLiteral("model"), tr("Model"), QStringLiteral("model"), make<pages::ModelPage>},
        {QStringLiteral("train"), tr("Train"), QStringLiteral("train"), make<pages::TrainPage>},
        {QStringLiteral("debug"), tr("Debug"), QStringLiteral("debug"), make<pages::DebugPage>},
        {QStringLiteral("tune"), tr("Tune"), QStringLiteral("tune"), make<pages::TunePage>},
        {QStringLiteral("runs"), tr("Runs"), QStringLiteral("runs"), make<pages::RunsPage>},
        {QStringLiteral("learn"), tr("Learn"), QStringLiteral("learn"), make<pages::LearnPage>},
        {QStringLiteral("jobs"), tr("Jobs"), QStringLiteral("jobs"), make<pages::JobsPage>},
    };
    return entries;
}

QStringList pageNames()
{
    QStringList names;
    for (const PageEntry& entry : pageEntries())
        names << entry.name;
    return names;
}

}
