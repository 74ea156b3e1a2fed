// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/inspect.h"
#include "ui/shell/launch.h"

#include <QApplication>

#include <cstdio>

int main(int argc, char** argv)
{
    core::session::prepareProcess(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("descent"));
    QCoreApplication::setOrganizationName(QStringLiteral("Descent"));
    QCoreApplication::setApplicationVersion(QStringLiteral(DESCENT_VERSION));
    // Bad arguments are told before a display is asked for.
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    const auto options = ui::shell::parseLaunch(arguments);
    if (!options) {
        std::fprintf(stderr, "descent: %s\n", core::base::describe(options.error()).c_str());
        return core::base::exitCode(options.error().kind);
    }
    if (options->help) {
        std::fputs(qPrintable(ui::shell::launchHelp()), stdout);
        return 0;
    }
    if (options->version) {
        std::puts("descent " DESCENT_VERSION);
        return 0;
    }
    QApplication app(argc, argv);
    QGuiApplication::setDesktopFileName(QStringLiteral("descent"));
    return ui::shell::launch(*options);
}
